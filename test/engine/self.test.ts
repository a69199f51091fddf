import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, quarry } from './cli.ts';
import { frozenSources, SOURCES } from './frozenSources.ts';

interface Row {
  readonly path: string;
  readonly symbol: string;
}

const FIXTURES = join(import.meta.dirname, '../fixtures');
const QUESTIONS = join(FIXTURES, 'self-questions.jsonl');
const questions = readFileSync(QUESTIONS, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { query: string; symbol: string });
/** Places of a question that the golden file shows. */
const PLACES = 5;

/** Asks all questions about a folder: question -> rows, best first. */
async function ask(folder: string): Promise<ReadonlyMap<string, readonly Row[]>> {
  const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
  const out = join(dir, 'out.jsonl');
  const { code, stderr } = await quarry(['batch', folder, '--queries', QUESTIONS, '--out', out, '--index-dir', join(dir, 'index')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as { query: string; results: Row[] }).map((row) => [row.query, row.results]));
}

// The questions themselves stand in `test`, so only the sources are searched.
describe('plain questions about the sources of today', () => {
  let answers: ReadonlyMap<string, readonly Row[]> = new Map();

  beforeAll(async () => {
    answers = await ask(SOURCES);
  });

  it.each(questions)('$query -> $symbol', ({ query, symbol }) => {
    expect(answers.get(query)?.[0]?.symbol).toBe(symbol);
  });
});

// A change of ranking shows here in the diff; `npm run test:engine -- -u` writes the file anew.
it('plain questions about the frozen sources rank as in the golden file', async () => {
  const { folder } = await makeFolder(frozenSources(), 'src');
  const answers = await ask(folder);
  const lines = questions.flatMap(({ query }) => [
    query,
    ...(answers.get(query) ?? []).slice(0, PLACES).map(({ path, symbol }, at) => `  ${at + 1}  ${path}  ${symbol}`),
  ]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(FIXTURES, 'self-ranking.golden.txt'));
});

import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { quarry } from './cli.ts';

interface Row {
  readonly path: string;
  readonly symbol: string;
}

/** The questions themselves stand in `test`, so only the sources are searched. */
const SOURCES = join(import.meta.dirname, '../../src');
const FIXTURES = join(import.meta.dirname, '../fixtures');
const QUESTIONS = join(FIXTURES, 'self-questions.jsonl');
const questions = readFileSync(QUESTIONS, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { query: string; symbol: string });
/** Places of a question that the golden file shows. */
const PLACES = 5;

describe('plain questions about this repository', () => {
  const answers = new Map<string, readonly Row[]>();

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
    const out = join(dir, 'out.jsonl');
    const { code, stderr } = await quarry(['batch', SOURCES, '--queries', QUESTIONS, '--out', out, '--index-dir', join(dir, 'index')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of (await readFile(out, 'utf8')).trim().split('\n')) {
      const { query, results } = JSON.parse(line) as { query: string; results: readonly Row[] };
      answers.set(query, results);
    }
  });

  it.each(questions)('$query -> $symbol', ({ query, symbol }) => {
    expect(answers.get(query)?.[0]?.symbol).toBe(symbol);
  });

  // A change of ranking shows here in the diff; `npm run test:engine -- -u` writes the file anew.
  it('rank as in the golden file', async () => {
    const lines = questions.flatMap(({ query }) => [
      query,
      ...(answers.get(query) ?? []).slice(0, PLACES).map(({ path, symbol }, at) => `  ${at + 1}  ${path}  ${symbol}`),
    ]);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(FIXTURES, 'self-ranking.golden.txt'));
  });
});

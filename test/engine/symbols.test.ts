import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createChunker } from '../../src/chunking/chunker.ts';
import { isDefinition } from '../../src/core/chunk.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { grammarDir } from '../unit/grammarDir.ts';
import { makeFolder, quarry } from './cli.ts';
import { frozenSources } from './frozenSources.ts';

/** One of so many symbols is asked for: all of them take a minute. */
const EACH = 5;

interface Row {
  readonly path: string;
  readonly symbol: string;
}

/** Symbols that are defined once, each with its place. */
async function uniqueSymbols(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Row>> {
  const chunker = await createChunker({ grammarDir: grammarDir() });
  const found = new Map<string, Row[]>();
  for (const [path, text] of Object.entries(files)) {
    for (const { kind, part, symbol, names } of await chunker.chunk(path, text, languageOfPath(path))) {
      if (!isDefinition(kind) || part > 0) continue;
      for (const name of new Set([symbol, symbol.split(/\.#?/).at(-1) ?? '', ...names])) {
        const rows = found.get(name) ?? [];
        found.set(name, rows);
        rows.push({ path, symbol });
      }
    }
  }
  return new Map([...found].flatMap(([name, [first, ...others]]) => (first && others.length === 0 ? [[name, first]] : [])));
}

test('every symbol that is defined once is the first row when it is the whole question', async () => {
  const files = frozenSources();
  const symbols = [...(await uniqueSymbols(files))]
    .filter(([name]) => /^[\w.]+$/.test(name) && name.length > 1)
    .filter((_, at) => at % EACH === 0);
  expect(symbols.length).toBeGreaterThan(150);
  const { folder, indexDir } = await makeFolder(files, 'src');
  onTestFinished(() => rm(join(folder, '..'), { recursive: true, force: true }));
  const queries = join(indexDir, '../queries.jsonl');
  const out = join(indexDir, '../out.jsonl');
  await writeFile(queries, symbols.map(([query]) => JSON.stringify({ query })).join('\n'));
  expect(await quarry(['batch', folder, '--queries', queries, '--out', out, '--index-dir', indexDir])).toMatchObject({ code: 0 });
  const answers = (await readFile(out, 'utf8')).trim().split('\n');
  const wrong = answers.flatMap((line, at) => {
    const [name, expected] = symbols[at] ?? ['', undefined];
    const first = (JSON.parse(line) as { readonly results: readonly Row[] }).results[0];
    return first?.path === expected?.path && first?.symbol === expected?.symbol
      ? []
      : [`${name} is ${expected?.path}, not ${first?.path} ${first?.symbol}`];
  });
  expect(wrong).toEqual([]);
});

const PROGRAM = {
  'app/net.py':
    'def get(url):\n    # Reads.\n    return open(url)\n\n\ndef put(url):\n    raise ValueError(f"cannot put {url} there yet")\n',
  'app/main.py': 'from app.net import get\n\n\ndef main():\n    get("x")\n',
  'app/decoder.py': 'def decode(text):\n    # Puts what get got there; cannot put url yet, there there.\n    return text\n',
};
const TRACE = `Traceback (most recent call last):
  File "/srv/app/main.py", line 5, in main
  File "/srv/app/net.py", line 3, in get
  File "/usr/lib/json/decoder.py", line 2, in decode
OSError: no`;

test('pasted traces, messages and code lead to their places, quotes and all', async () => {
  const { folder, indexDir } = await makeFolder(PROGRAM);
  onTestFinished(() => rm(join(folder, '..'), { recursive: true, force: true }));
  const found = async (question: string): Promise<readonly string[]> => {
    const { stdout } = await quarry(['search', folder, question, '--json', '--index-dir', indexDir]);
    return (JSON.parse(stdout).results as readonly Row[]).map(({ symbol }) => symbol);
  };
  expect((await found(TRACE)).slice(0, 2)).toEqual(['get', 'main']);
  expect((await found('net.py:7'))[0]).toBe('put');
  expect((await found('ValueError: cannot put "a.txt" there yet'))[0]).toBe('put');
  expect((await found('    get("x");'))[0]).toBe('main');
});

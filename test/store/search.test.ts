import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import type { ChunkRow, FileUpdate, IndexStore, RowFilter } from '../../src/store/types.ts';
import { storeWith } from './folder.ts';
import { chunkRow, DIMENSION, fileRow, fileUpdate, unitVector } from './rows.ts';

function file(path: string, ...chunks: readonly Partial<ChunkRow>[]): FileUpdate {
  const rows = chunks.map((more, ordinal) => chunkRow(path, ordinal, more));
  const language = rows[0]?.language ?? 'typescript';
  return { file: fileRow(path, rows.length, { language, tokens: rows.map((row) => row.tokens).join(' ') }), chunks: rows };
}

const paths = (hits: readonly { readonly path: string }[]): string[] => hits.map((hit) => hit.path);

describe('search by text', () => {
  test.each([
    '=retryupload',
    '"quoted"',
    "o'brien",
    'c++',
    '日本語',
    'a:b^2~1',
    'emoji😀',
    '(x',
    '\\',
    '*',
    'AND',
    '-minus',
    '%_',
    'x'.repeat(127),
  ])('the token %s is found as it stands', async (token) => {
    const store = await storeWith(file('a.ts', { tokens: `${token} filler` }), file('b.ts', { tokens: 'other filler' }));
    expect(paths(await store.searchChunksByText(token, 5))).toEqual(['a.ts']);
    expect(paths(await store.searchFilesByText(token, 5))).toEqual(['a.ts']);
  });

  test('rare words weigh more, repeated ones more, and long chunks less', async () => {
    const store = await storeWith(
      file('common.ts', { tokens: 'read file' }),
      file('rare.ts', { tokens: 'read upload' }),
      file('twice.ts', { tokens: 'upload upload' }),
      file('long.ts', { tokens: `upload ${'word '.repeat(100)}` }),
      ...Array.from({ length: 10 }, (_, index) => file(`f${index}.ts`, { tokens: 'read the file' })),
    );
    const hits = await store.searchChunksByText('read upload', 4);
    expect(paths(hits)).toEqual(['twice.ts', 'rare.ts', 'long.ts', 'common.ts']);
    expect(hits.map((hit) => hit.hitScore)).toEqual(hits.map((hit) => hit.hitScore).sort((one, other) => other - one));
    expect(paths(await store.searchChunksByText('upload upload  upload', 9))).toEqual(['twice.ts', 'rare.ts', 'long.ts']);
  });

  test.each([
    { query: '', limit: 5 },
    { query: '  \t\n ', limit: 5 },
    { query: 'fn0', limit: 0 },
    { query: 'absent', limit: 5 },
  ])('"$query" with limit $limit finds nothing', async ({ query, limit }) => {
    const store = await storeWith(fileUpdate('a.ts', 1));
    expect(await store.searchChunksByText(query, limit)).toEqual([]);
    expect(await store.searchFilesByText(query, limit)).toEqual([]);
    expect(await store.searchChunksByVector(unitVector(1), 0)).toEqual([]);
  });

  test('rows that came after the index was built are found, before and after the upkeep', async () => {
    const store = await storeWith(fileUpdate('a.ts', 1));
    await store.upkeep();
    expect(await store.unindexedRows()).toBe(0);
    await store.commit({ updates: [file('b.ts', { tokens: 'zebra' })], removed: [] });
    expect(await store.unindexedRows()).toBe(1);
    expect(paths(await store.searchChunksByText('zebra', 5))).toEqual(['b.ts']);
    await store.upkeep();
    expect(await store.unindexedRows()).toBe(0);
    expect(paths(await store.searchChunksByText('zebra', 5))).toEqual(['b.ts']);
  });

  test('an index that grew in small commits scores as one that was made at once', async () => {
    const files = Array.from({ length: 40 }, (_, index) =>
      file(`f${index}.ts`, { tokens: `all w${index % 5} ${'pad '.repeat(index % 7)}` }),
    );
    const whole = await storeWith(...files);
    const grown = await storeWith(...files.slice(0, 1));
    for (let at = 1; at < files.length; at += 6) await grown.commit({ updates: files.slice(at, at + 6), removed: [] });
    expect(await grown.unindexedRows()).toBeLessThan(files.length / 2);
    await grown.upkeep();
    const scores = async (store: IndexStore) =>
      (await store.searchChunksByText('all w3', 40)).map((hit) => `${hit.hitScore.toFixed(3)} ${hit.path}`).sort();
    expect(await scores(grown)).toEqual(await scores(whole));
  });

  test('an empty index answers with nothing', async () => {
    const store = await storeWith();
    expect(await store.searchChunksByText('a', 5)).toEqual([]);
    expect(await store.searchFilesByText('a', 5)).toEqual([]);
    expect(await store.searchChunksByVector(unitVector(1), 5)).toEqual([]);
    expect(await store.chunksByName(['a'], 5)).toEqual([]);
    await store.upkeep();
    expect(await store.counts()).toMatchObject({ files: 0, chunks: 0, skipped: 0, failed: 0 });
  });
});

describe('search by vector', () => {
  test('nearest first, with the cosine as score', async () => {
    const axis = (index: number, other: number): Float32Array =>
      Float32Array.from({ length: DIMENSION }, (_, column) => (column === index ? 0.8 : column === other ? 0.6 : 0));
    const store = await storeWith(
      file('near.ts', { vector: axis(0, 1) }, { vector: null }),
      file('half.ts', { vector: axis(1, 2) }),
      file('far.ts', { vector: axis(0, 1).map((value) => -value) }),
    );
    const hits = await store.searchChunksByVector(axis(0, 1), 10);
    expect(paths(hits)).toEqual(['near.ts', 'half.ts', 'far.ts']);
    [1, 0.48, -1].forEach((cosine, index) => {
      expect(hits[index]?.hitScore).toBeCloseTo(cosine, 2);
    });
    await expect(store.searchChunksByVector(new Float32Array(8), 5)).rejects.toThrow('8 components');
  });

  test('summaries of files come in the order asked for, and are those of the newest commit', async () => {
    const store = await storeWith(fileUpdate('a.ts', 1), fileUpdate('long/name.ts', 1));
    const ask = async () => (await store.fileSummaries(['long/name.ts', 'gone.ts', 'a.ts'])).map(({ path, chunks }) => [path, chunks]);
    expect(await ask()).toEqual([
      ['long/name.ts', 1],
      ['a.ts', 1],
    ]);
    await store.commit({ updates: [fileUpdate('a.ts', 3), fileUpdate('gone.ts', 1)], removed: ['long/name.ts'] });
    expect(await ask()).toEqual([
      ['gone.ts', 1],
      ['a.ts', 3],
    ]);
  });
});

describe('by name', () => {
  test('as written first, then in another case, whole names only', async () => {
    const store = await storeWith(
      file('lower.ts', { name: 'retryupload' }),
      file('other.ts', { name: 'retryUploads' }),
      file('exact.ts', { name: 'retryUpload' }),
      file('none.ts', { name: '' }),
    );
    const hits = await store.chunksByName(['retryUpload', ''], 5);
    expect(hits.map((hit) => [hit.path, hit.hitScore])).toEqual([
      ['exact.ts', 0],
      ['lower.ts', 0],
    ]);
    expect(paths(await store.chunksByName(['RETRYUPLOADS', 'retryupload'], 5, { exclude: ['exact.ts'] }))).toEqual([
      'lower.ts',
      'other.ts',
    ]);
    expect(await store.chunksByName(['retryUpload'], 0)).toEqual([]);
  });
});

describe('filters', () => {
  const tree: readonly (readonly [path: string, language: string, kind: ChunkRow['kind']])[] = [
    ['src/a_b/one.ts', 'typescript', 'function'],
    ['src/a_b/deep/two.test.ts', 'typescript', 'class'],
    ['src/axb/one.ts', 'typescript', 'function'],
    ['src/a_b.ts', 'typescript', 'function'],
    ['src/a_b0/one.py', 'python', 'method'],
    ["it's/100%.py", 'python', 'function'],
    ['.github/ci.yml', 'yaml', 'rest'],
    ['one.ts', 'typescript', 'function'],
    ['Größe 😀/é.md', 'markdown', 'section'],
  ];
  let dir = '';
  let store: IndexStore;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'quarry-filters-'));
    store = await openStore({ dir, fingerprint: 'filters', dimension: DIMENSION, write: true });
    await store.commit({
      updates: tree.map(([path, language, kind]) => file(path, { language, kind, tokens: 'word', name: 'word' })),
      removed: [],
    });
    await store.upkeep();
  });

  afterAll(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const ts = ['one.ts', 'src/a_b.ts', 'src/a_b/deep/two.test.ts', 'src/a_b/one.ts', 'src/axb/one.ts'];
  test.each<{ filter: RowFilter; expected: readonly string[] }>([
    { filter: {}, expected: tree.map(([path]) => path) },
    { filter: { languages: [], kinds: [], within: [], include: [], exclude: [] }, expected: tree.map(([path]) => path) },
    { filter: { languages: ['typescript'] }, expected: ts },
    { filter: { languages: ['python', 'yaml'] }, expected: ['.github/ci.yml', "it's/100%.py", 'src/a_b0/one.py'] },
    { filter: { languages: ["it's"] }, expected: [] },
    { filter: { within: ['src/a_b/'] }, expected: ['src/a_b/deep/two.test.ts', 'src/a_b/one.ts'] },
    {
      filter: { within: ['src/a_b/', "it's/", 'one.ts'] },
      expected: ["it's/100%.py", 'one.ts', 'src/a_b/deep/two.test.ts', 'src/a_b/one.ts'],
    },
    { filter: { within: ['Größe 😀/'] }, expected: ['Größe 😀/é.md'] },
    { filter: { within: ['src'] }, expected: [] },
    { filter: { include: ['**/*.ts'] }, expected: ts },
    {
      filter: { include: ['**/*.{ts,py}'], exclude: ['**/*.test.ts', 'src/axb/**'] },
      expected: ["it's/100%.py", 'one.ts', 'src/a_b.ts', 'src/a_b/one.ts', 'src/a_b0/one.py'],
    },
    { filter: { include: ['src/a_b/**'] }, expected: ['src/a_b/deep/two.test.ts', 'src/a_b/one.ts'] },
    { filter: { include: ['src/a_b/**/*.test.ts'] }, expected: ['src/a_b/deep/two.test.ts'] },
    { filter: { include: ["it's/100%.py"] }, expected: ["it's/100%.py"] },
    { filter: { include: ['*.ts'] }, expected: ['one.ts'] },
    { filter: { include: ['src/a?b/*.ts'] }, expected: ['src/a_b/one.ts', 'src/axb/one.ts'] },
    { filter: { include: ['src/a[_x]b/*.ts'] }, expected: ['src/a_b/one.ts', 'src/axb/one.ts'] },
    { filter: { include: ['src/!(axb)/*.ts', '**/*.yml'] }, expected: ['.github/ci.yml', 'src/a_b/one.ts'] },
    { filter: { exclude: ['src/**', '**/[^o]*.*'] }, expected: ['one.ts'] },
    { filter: { include: ['missing/[ab]/**'] }, expected: [] },
    { filter: { include: ['**'], exclude: ['**/*'] }, expected: [] },
    {
      filter: { languages: ['typescript'], within: ['src/'], exclude: ['**/deep/**'] },
      expected: ['src/a_b.ts', 'src/a_b/one.ts', 'src/axb/one.ts'],
    },
  ])('$filter', async ({ filter, expected }) => {
    const wanted = [...expected].sort();
    expect(paths(await store.searchChunksByText('word', 50, filter)).sort()).toEqual(wanted);
    expect(paths(await store.searchChunksByVector(unitVector(1), 50, filter)).sort()).toEqual(wanted);
    expect(paths(await store.searchFilesByText('word', 50, filter)).sort()).toEqual(wanted);
    expect(paths(await store.chunksByName(['WORD'], 50, filter)).sort()).toEqual(wanted);
  });

  test('kinds are a condition on chunks only', async () => {
    const filter: RowFilter = { kinds: ['class', 'section'] };
    expect(paths(await store.searchChunksByText('word', 50, filter)).sort()).toEqual(['Größe 😀/é.md', 'src/a_b/deep/two.test.ts']);
    expect(await store.searchFilesByText('word', 50, filter)).toHaveLength(tree.length);
  });

  test('the limit counts rows that pass', async () => {
    expect(await store.searchChunksByText('word', 2, { include: ['src/a[_x]b/*.ts'] })).toHaveLength(2);
    expect(await store.searchChunksByVector(unitVector(9), 3, { include: ['**/*.py', 'one.ts'] })).toHaveLength(3);
  });
});

test('scans tell every row once', async () => {
  const store = await storeWith(
    ...Array.from({ length: 300 }, (_, index) => fileUpdate(`f${index}.ts`, 5)),
    fileUpdate('none.ts', 1, 'h', { vector: null }),
  );
  let [chunks, embedded, files] = [0, 0, 0];
  await store.scanChunks((rows) => {
    chunks += rows.filter((row) => row.tokens.startsWith('function fn')).length;
    embedded += rows.filter((row) => row.vector?.length === DIMENSION).length;
  });
  await store.scanFiles((rows) => {
    files += rows.filter((row) => row.path.endsWith('.ts') && row.chunks > 0).length;
  });
  expect([chunks, embedded, files]).toEqual([1501, 1500, 301]);
});

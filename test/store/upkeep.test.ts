import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { IndexFile } from '../../src/store/indexFile.ts';
import { loadNative } from '../../src/store/native.ts';
import { buildTextIndex } from '../../src/store/rowIndexes.ts';
import { lanceFolder, tableName } from '../../src/store/tables.ts';
import type { ChunkHit, FileUpdate } from '../../src/store/types.ts';
import { FINGERPRINT, storeIn, temporaryFolder } from './folder.ts';
import { chunkRow, DIMENSION, fileRow, fileUpdate, randomFrom } from './rows.ts';

const random = randomFrom(99);
const centres = Array.from({ length: 60 }, () => Float32Array.from({ length: DIMENSION }, () => random() - 0.5));

function clusteredVector(): Float32Array {
  const centre = centres[Math.floor(random() * centres.length)] ?? new Float32Array(DIMENSION);
  const vector = centre.map((value) => value + (random() - 0.5) * 0.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function bigFile(number: number, chunks: number): FileUpdate {
  const path = `src/dir${number % 20}/file${number}.ts`;
  const rows = Array.from({ length: chunks }, (_, ordinal) =>
    chunkRow(path, ordinal, { vector: ordinal % 50 === 0 ? null : clusteredVector() }),
  );
  return { file: fileRow(path, chunks), chunks: rows };
}

test('the full-text index of a million words is built, however few processors there are', async () => {
  const store = await storeIn(temporaryFolder());
  const words = (count: number): string => Array.from({ length: count }, () => `w${Math.floor(60_000 * random())}`).join(' ');
  const updates = Array.from({ length: 50 }, (_, number): FileUpdate => {
    const path = `f${number}.ts`;
    const chunks = Array.from({ length: 60 }, (_, ordinal) => chunkRow(path, ordinal, { tokens: words(400), vector: null }));
    return { file: fileRow(path, chunks.length), chunks };
  });
  // Long enough for the build to write more than one batch: with LanceDB's own number of threads it never ends on two processors.
  await store.commit({ updates, removed: [] });
  expect(await store.unindexedRows()).toBe(0);
  const token = updates[7]?.chunks[3]?.tokens.split(' ')[0] ?? '';
  expect((await store.searchChunksByText(token, 500)).map((hit) => hit.id)).toContain('f7.ts#hash1#3');
});

test('above ten thousand vectors an index answers nearly as the comparison with all does, with narrow filters too', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  for (let at = 0; at < 110; at += 22) {
    await store.commit({ updates: Array.from({ length: 22 }, (_, index) => bigFile(at + index, 100)), removed: [] });
  }
  const queries = Array.from({ length: 10 }, clusteredVector);
  const nearest = (from: typeof store) => Promise.all(queries.map((query) => from.searchChunksByVector(query, 10)));
  const exact = await nearest(store);
  const probeOfMany = clusteredVector();
  const many = await store.searchChunksByVector(probeOfMany, 200);
  await store.upkeep();
  const { vectors } = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as IndexFile;
  expect(vectors).toMatchObject({ rows: 10_780, partitions: 3 });
  expect(vectors?.recall).toBeGreaterThanOrEqual(0.98);
  const reader = await storeIn(dir, { write: false });
  for (const found of [await nearest(store), await nearest(reader)]) expect(recall(found, exact)).toBeGreaterThanOrEqual(0.9);
  // A long answer is compared less closely, row for row.
  expect(recall([await store.searchChunksByVector(probeOfMany, 200)], [many])).toBeGreaterThanOrEqual(0.8);
  // One file in a hundred: most of its rows lie outside the partitions that are looked into.
  const narrow = { within: ['src/dir7/file7.ts'] };
  for (const query of queries) expect(await store.searchChunksByVector(query, 98, narrow)).toHaveLength(98);
  // What comes later is found at once, and again after the index took it in.
  const probe = clusteredVector();
  await store.commit({ updates: [{ file: fileRow('late.ts', 1), chunks: [chunkRow('late.ts', 0, { vector: probe })] }], removed: [] });
  expect((await store.searchChunksByVector(probe, 1))[0]?.path).toBe('late.ts');
  await store.upkeep();
  expect((await store.searchChunksByVector(probe, 1))[0]?.path).toBe('late.ts');
});

test('an upkeep that is cut short after the text index is not taken for one that was done', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  const commit = (from: number, files: number): Promise<void> =>
    store.commit({ updates: Array.from({ length: files }, (_, at) => bigFile(from + at, 100)), removed: [] });
  await commit(0, 110);
  await store.upkeep();
  expect(await store.unindexedRows()).toBe(0);
  await commit(110, 20);
  const native = await loadNative();
  const db = await native.lancedb.connect(lanceFolder(dir));
  for (const kind of ['chunks', 'files'] as const) await buildTextIndex(native, await db.openTable(tableName(kind, FINGERPRINT)));
  const again = await storeIn(dir);
  expect(await again.unindexedRows()).toBe(2000);
  await again.upkeep({ whole: false });
  expect(await again.unindexedRows()).toBe(0);
});

function recall(found: readonly (readonly ChunkHit[])[], exact: readonly (readonly ChunkHit[])[]): number {
  const shares = exact.map((hits, index) => {
    const ids = new Set(found[index]?.map((hit) => hit.id));
    return hits.filter((hit) => ids.has(hit.id)).length / hits.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

test('old versions and what they held go with the upkeep, and nothing else does', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  for (let version = 0; version < 25; version++) await store.commit({ updates: [fileUpdate('a.ts', 20, `v${version}`)], removed: [] });
  const before = (await store.counts()).bytesOnDisk;
  const files = (part: string): string[] => {
    const names = readdirSync(join(dir, 'lance'), { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
    return names.filter((name) => new RegExp(`^(chunks|files)_\\w+\\.lance/${part}/.`).test(name));
  };
  expect(files('_versions').filter((name) => name.endsWith('.manifest')).length).toBeGreaterThan(50);
  await store.upkeep();
  await store.upkeep();
  expect(files('_versions').filter((name) => name.endsWith('.manifest')).length).toBeLessThan(8);
  expect(files('data')).toHaveLength(2);
  const again = await storeIn(dir, { write: false });
  expect((await again.chunksOfFile('a.ts')).map((row) => row.id)).toEqual(
    Array.from({ length: 20 }, (_, ordinal) => `a.ts#v24#${ordinal}`),
  );
  expect((await again.counts()).bytesOnDisk).toBeLessThan(before / 2);
});

test('rows are rewritten when there are many parts or many that are gone, and not for less', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  const parts = (): number =>
    readdirSync(join(dir, 'lance'), { recursive: true }).filter((name) => /chunks_\w+\.lance.data./.test(String(name))).length;
  const commit = (files: readonly number[], hash: string): Promise<void> =>
    store.commit({ updates: files.map((file) => fileUpdate(`f${file}.ts`, 100, hash)), removed: [] });
  for (let at = 0; at < 40; at += 10)
    await commit(
      [...Array(10).keys()].map((file) => at + file),
      'first',
    );
  const due = { whole: false };
  await store.upkeep(due);
  expect(parts()).toBe(4);
  expect(await store.unindexedRows()).toBe(0);
  // A quarter of the rows is gone.
  await commit([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'second');
  await store.upkeep(due);
  expect(parts()).toBe(1);
  for (let at = 0; at < 40; at++) await commit([100 + at], 'first');
  await store.upkeep(due);
  expect(parts()).toBe(1);
  expect((await store.compare()).wrongPaths).toEqual([]);
  expect(await store.unindexedRows()).toBe(0);
});

test('an index is not built anew when the upkeep that covers all rows comes soon', async () => {
  const store = await storeIn(temporaryFolder());
  const commit = (from: number, count: number, left: number): Promise<void> =>
    store.commit({ updates: Array.from({ length: count }, (_, at) => fileUpdate(`f${from + at}.ts`, 5)), removed: [], left });
  await commit(0, 10, 90);
  expect(await store.unindexedRows()).toBe(0);
  // Doubled, and as much is to come.
  await commit(10, 30, 60);
  expect(await store.unindexedRows()).toBe(0);
  await commit(40, 50, 10);
  expect(await store.unindexedRows()).toBe(250);
  expect((await store.searchChunksByText('function', 1000)).length).toBe(450);
  await store.upkeep({ whole: false });
  expect(await store.unindexedRows()).toBe(0);
});

test('searches go on while the upkeep removes old versions', async () => {
  const store = await storeIn(temporaryFolder());
  for (let version = 0; version < 10; version++) await store.commit({ updates: [fileUpdate('a.ts', 5, `v${version}`)], removed: [] });
  let done = false;
  const upkeep = store.upkeep().finally(() => {
    done = true;
  });
  const counts: number[] = [];
  while (!done) counts.push((await store.searchChunksByText('function', 50)).length);
  await upkeep;
  expect(new Set(counts)).toEqual(new Set([5]));
});

test('a save does not wait for an upkeep: it is searchable before the step that runs has ended, and whole after it', async () => {
  const store = await storeIn(temporaryFolder());
  for (let at = 0; at < 40; at += 10) {
    const updates = Array.from({ length: 10 }, (_, index) => fileUpdate(`f${at + index}.ts`, 20));
    await store.commit({ updates, removed: [] });
  }
  let round = 0;
  const pace = async (step: () => Promise<void>): Promise<void> => {
    const number = round++;
    const running = step();
    // A changed file and a new one, in the middle of each step.
    const saved = ['f3.ts', `new${number}.ts`].map((path) => fileUpdate(path, 2, `v${number}`, { tokens: `saved${number}` }));
    await store.commit({ updates: saved, removed: [`f${20 + number}.ts`] });
    expect((await store.searchChunksByText(`saved${number}`, 10)).map((hit) => hit.path).sort()).toEqual([
      'f3.ts',
      'f3.ts',
      `new${number}.ts`,
      `new${number}.ts`,
    ]);
    await running;
  };
  await store.upkeep({ pace });
  expect(round).toBeGreaterThan(5);
  await store.upkeep();
  expect((await store.compare()).wrongPaths).toEqual([]);
  expect((await store.ledger()).map((entry) => entry.path).filter((path) => path.startsWith('f'))).toHaveLength(40 - round);
  expect((await store.chunksOfFile('f3.ts')).map((row) => row.id)).toEqual([0, 1].map((ordinal) => `f3.ts#v${round - 1}#${ordinal}`));
  expect(await store.unindexedRows()).toBe(0);
});

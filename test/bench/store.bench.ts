// Measures the store against bare LanceDB: `node test/bench/store.bench.ts [--large] [<chunks>...]` (--large adds 100,000 chunks).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/index.ts';
import { loadNative } from '../../src/store/native.ts';
import { lanceFolder, tableName } from '../../src/store/tables.ts';
import type { ChunkRow, FileUpdate, IndexStore } from '../../src/store/types.ts';
import { chunkRow, fileRow, randomFrom } from '../store/rows.ts';

const DIMENSION = 384;
const CHUNKS_IN_A_FILE = 10;
const CHUNKS_IN_A_COMMIT = 2000;
const QUERIES = 40;
const LIMIT = 300;
const FINGERPRINT = 'bench';

const random = randomFrom(42);
const centres = Array.from({ length: 200 }, () => Float32Array.from({ length: DIMENSION }, () => random() - 0.5));
const vocabulary = Array.from({ length: 20_000 }, (_, index) => `w${index.toString(36)}`);

/** Near one of 200 centres, as the vectors of real code are: far from uniform. */
function clusteredVector(): Float32Array {
  const centre = centres[Math.floor(random() * centres.length)] ?? new Float32Array(DIMENSION);
  const vector = centre.map((value) => value + (random() - 0.5) * 0.8);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Few words are frequent, most are rare. */
function words(count: number): string {
  return Array.from({ length: count }, () => vocabulary[Math.floor(vocabulary.length * random() ** 3)]).join(' ');
}

function fileOf(number: number): FileUpdate {
  const path = `src/dir${number % 50}/file${number}.ts`;
  const chunks = Array.from({ length: CHUNKS_IN_A_FILE }, (_, ordinal): ChunkRow => {
    const text = words(100);
    return chunkRow(path, ordinal, { text, tokens: text, vector: clusteredVector() });
  });
  return {
    file: fileRow(path, chunks.length, { tokens: words(400), vector: clusteredVector(), skeletonVector: clusteredVector() }),
    chunks,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function percentiles(work: (index: number) => Promise<unknown>): Promise<string> {
  for (let warm = 0; warm < 5; warm++) await work(warm);
  const times: number[] = [];
  for (let index = 0; index < QUERIES; index++) times.push(await timed(() => work(index)));
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

function say(what: string, value: string): void {
  console.log(`  ${what.padEnd(44)} ${value}`);
}

async function fill(store: IndexStore, size: number): Promise<void> {
  const filesInACommit = CHUNKS_IN_A_COMMIT / CHUNKS_IN_A_FILE;
  let milliseconds = 0;
  for (let first = 0; first * CHUNKS_IN_A_FILE < size; first += filesInACommit) {
    const count = Math.min(filesInACommit, size / CHUNKS_IN_A_FILE - first);
    const updates = Array.from({ length: count }, (_, index) => fileOf(first + index));
    milliseconds += await timed(() => store.commit({ updates, removed: [] }));
  }
  say('first indexing, commits of 2,000 chunks', `${Math.round((size / milliseconds) * 1000)} chunks/s`);
}

async function measure(size: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'store-bench-'));
  console.log(`${size} chunks of dimension ${DIMENSION}, limit ${LIMIT}`);
  const store = await openStore({ dir, fingerprint: FINGERPRINT, dimension: DIMENSION, write: true });
  await fill(store, size);
  const questions = Array.from({ length: QUERIES }, () => words(4));
  const vectors = Array.from({ length: QUERIES }, clusteredVector);
  const question = (index: number): string => questions[index % QUERIES] ?? '';
  const vector = (index: number): Float32Array => vectors[index % QUERIES] ?? new Float32Array(DIMENSION);
  say('text, before upkeep', await percentiles((index) => store.searchChunksByText(question(index), LIMIT)));
  say('upkeep', `${Math.round(await timed(() => store.upkeep()))} ms`);
  say('upkeep again', `${Math.round(await timed(() => store.upkeep()))} ms`);
  const { native, db, table } = await bareTable(dir);
  const bareText = (index: number) =>
    table
      .query()
      .fullTextSearch(new native.lancedb.MatchQuery(question(index), 'tokens'))
      .limit(LIMIT);
  const bareVector = (index: number) => table.query().nearestTo(vector(index)).column('vector').distanceType('cosine').limit(LIMIT);
  say('text', await percentiles((index) => store.searchChunksByText(question(index), LIMIT)));
  say('text, bare toArrow', await percentiles((index) => bareText(index).toArrow()));
  say('text, bare toArray, every cell read', await percentiles(async (index) => readCells(await bareText(index).toArray())));
  say('vector', await percentiles((index) => store.searchChunksByVector(vector(index), LIMIT)));
  say('vector, bare flat toArrow', await percentiles((index) => bareVector(index).bypassVectorIndex().toArrow()));
  say(
    'vector, bare flat toArray, every cell read',
    await percentiles(async (index) => readCells(await bareVector(index).bypassVectorIndex().toArray())),
  );
  const filter = { languages: ['typescript'], include: ['src/dir1*/**/*.ts'] };
  say('text, filtered', await percentiles((index) => store.searchChunksByText(question(index), LIMIT, filter)));
  say('vector, filtered', await percentiles((index) => store.searchChunksByVector(vector(index), LIMIT, filter)));
  const oddGlob = { include: ['src/dir[12]*/**'] };
  say('text, filtered by a glob beyond SQL', await percentiles((index) => store.searchChunksByText(question(index), LIMIT, oddGlob)));
  say('files by text', await percentiles((index) => store.searchFilesByText(question(index), LIMIT)));
  say('by name', await percentiles((index) => store.chunksByName([`fn${index % CHUNKS_IN_A_FILE}`], 20)));
  say('chunks of a file', await percentiles((index) => store.chunksOfFile(`src/dir${index % 50}/file${index}.ts`)));
  say('ledger', await percentiles(() => store.ledger()));
  say('repair with nothing to do', `${Math.round(await timed(() => store.repair()))} ms`);
  let version = 2;
  const change = (index: number): Promise<void> => {
    const { file, chunks } = fileOf(index);
    const hash = `hash${version++}`;
    const rows = chunks.map((row) => ({ ...row, id: `${row.path}#${hash}#${row.startLine}`, fileHash: hash }));
    return store.commit({ updates: [{ file: { ...file, hash }, chunks: rows }], removed: [] });
  };
  say('commit of one changed file', await percentiles(change));
  say('text, after those changes', await percentiles((index) => store.searchChunksByText(question(index), LIMIT)));
  say('on disk', `${Math.round((await store.counts()).bytesOnDisk / 2 ** 20)} MB`);
  table.close();
  db.close();
  await store.close();
  rmSync(dir, { recursive: true, force: true });
}

async function bareTable(dir: string) {
  const native = await loadNative();
  const db = await native.lancedb.connect(lanceFolder(dir));
  return { native, db, table: await db.openTable(tableName('chunks', FINGERPRINT)) };
}

/** What a caller that wants plain data would have to do with LanceDB's own row objects. */
function readCells(rows: readonly Record<string, unknown>[]): number {
  let cells = 0;
  for (const row of rows) {
    for (const name of ['id', 'path', 'language', 'kind', 'symbol', 'name', 'names', 'start_line', 'end_line', 'part', 'text', 'tokens']) {
      if (row[name] !== undefined) cells++;
    }
    const vector = row.vector as Iterable<number> | null;
    if (vector !== null) cells += Float32Array.from(vector).length;
  }
  return cells;
}

const given = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);
const sizes = process.argv.includes('--large') ? [1000, 10_000, 100_000] : [1000, 10_000];
for (const size of given.length > 0 ? given : sizes) await measure(size);

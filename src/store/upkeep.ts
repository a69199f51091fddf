import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import type { VectorTuning } from './indexFile.ts';
import type { Native } from './native.ts';
import type { Tables } from './tables.ts';
import { buildVectorIndex, wantsVectorIndex } from './vectorIndex.ts';

/**
 * Creates the full-text index once there are rows: on an empty table its scores come out wrong. Tokens are made by our own code,
 * so LanceDB only splits at white space. Positions are off because with them `optimize` never ends (LanceDB 0.31). Tells whether
 * the index is there.
 */
export async function ensureTextIndex({ lancedb }: Native, table: Table): Promise<boolean> {
  if ((await indexedColumns(table)).has('tokens')) return true;
  if ((await table.countRows()) === 0) return false;
  const config = lancedb.Index.fts({
    baseTokenizer: 'whitespace',
    lowercase: false,
    stem: false,
    removeStopWords: false,
    asciiFolding: false,
    withPosition: false,
    maxTokenLength: 128,
  });
  await table.createIndex('tokens', { config });
  return true;
}

/** Each thousand rows outside costs a search some 10 ms, so a large first index must not wait until it has doubled. */
const MOST_OUTSIDE = 10_000;

/**
 * Keeps more than half of a growing table in its full-text index: rows outside it are found, but scored with word frequencies that
 * only the rows inside tell. Extending each time the table has doubled, or by so many rows, costs little in all. Called after each commit with the number
 * of rows that it wrote.
 */
export function textIndexGrowth(native: Native, table: Table): (written: number) => Promise<void> {
  let covered: number | undefined;
  let outside = 0;
  return async (written) => {
    outside += written;
    if (covered === undefined) {
      if (!(await ensureTextIndex(native, table))) return;
      outside = await uncoveredRows(table);
      covered = (await table.countRows()) - outside;
    }
    if (outside <= Math.min(covered, MOST_OUTSIDE)) return;
    await table.optimize();
    covered = await table.countRows();
    outside = 0;
  };
}

async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap((index) => index.columns));
}

async function ensureScalarIndexes({ lancedb }: Native, table: Table, btree: readonly string[], bitmap: readonly string[]): Promise<void> {
  const present = await indexedColumns(table);
  for (const column of btree) if (!present.has(column)) await table.createIndex(column, { config: lancedb.Index.btree() });
  for (const column of bitmap) if (!present.has(column)) await table.createIndex(column, { config: lancedb.Index.bitmap() });
}

/** Rows of a table that its full-text index does not cover; all of them while there is none. */
export async function uncoveredRows(table: Table): Promise<number> {
  const stats = (await indexedColumns(table)).has('tokens') ? await table.indexStats('tokens_idx') : undefined;
  return stats?.numUnindexedRows ?? (await table.countRows());
}

/** Builds and extends every index and compacts. Returns how the vector index is to be asked, or undefined while there is none. */
export async function buildIndexes(tables: Tables, tuning: VectorTuning | undefined): Promise<VectorTuning | undefined> {
  const { native, chunks, files } = tables;
  await ensureTextIndex(native, chunks.write);
  await ensureTextIndex(native, files.write);
  if ((await chunks.write.countRows()) > 0) {
    await ensureScalarIndexes(native, chunks.write, ['id', 'path', 'name_lower'], ['language', 'kind']);
  }
  if ((await files.write.countRows()) > 0) await ensureScalarIndexes(native, files.write, ['path'], ['language']);
  await chunks.write.optimize();
  await files.write.optimize();
  const vectors = await chunks.write.countRows('vector IS NOT NULL');
  return wantsVectorIndex(vectors, tuning) ? await buildVectorIndex(native, chunks.write, vectors) : tuning;
}

/** Removes old versions and the folders of indexes that they leave empty. A call of its own, because `optimize` keeps the versions that its own call made. */
export async function removeOldVersions(tables: Tables, dir: string): Promise<void> {
  for (const { write } of [tables.chunks, tables.files]) await write.optimize({ cleanupOlderThan: new Date() });
  await removeEmptyFolders(dir);
}

async function removeEmptyFolders(dir: string): Promise<void> {
  for (const table of await readdir(dir)) {
    const indexes = join(dir, table, '_indices');
    for (const name of await readdir(indexes).catch(() => [])) {
      // Folders that hold an index refuse to go, and that is what is wanted.
      await rmdir(join(indexes, name)).catch(() => {});
    }
  }
}

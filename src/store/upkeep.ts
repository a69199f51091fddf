import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { isConflict } from './errors.ts';
import type { Native } from './native.ts';
import type { Session } from './session.ts';
import type { Tables } from './tables.ts';
import { buildVectorIndex, wantsVectorIndex } from './vectorIndex.ts';

/**
 * The full-text index over all rows there are. On an empty table there is none: its scores come out wrong. Tokens are made by our own code,
 * so LanceDB only splits at white space. Positions are off because with them `optimize` never ends (LanceDB 0.31).
 */
export async function buildTextIndex({ lancedb }: Native, table: Table): Promise<void> {
  await table.checkoutLatest();
  if ((await table.countRows()) === 0) return;
  const config = lancedb.Index.fts({
    baseTokenizer: 'whitespace',
    lowercase: false,
    stem: false,
    removeStopWords: false,
    asciiFolding: false,
    withPosition: false,
    maxTokenLength: 128,
  });
  await table.createIndex('tokens', { config, replace: true });
}

async function textIndex(native: Native, table: Table): Promise<void> {
  await table.checkoutLatest();
  if (!(await indexedColumns(table)).has('tokens')) await buildTextIndex(native, table);
}

async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap((index) => index.columns));
}

async function scalarIndexes({ lancedb }: Native, table: Table, btree: readonly string[], bitmap: readonly string[]): Promise<void> {
  await table.checkoutLatest();
  if ((await table.countRows()) === 0) return;
  const present = await indexedColumns(table);
  for (const column of btree) if (!present.has(column)) await table.createIndex(column, { config: lancedb.Index.btree() });
  for (const column of bitmap) if (!present.has(column)) await table.createIndex(column, { config: lancedb.Index.bitmap() });
}

/** Rows of a table that its full-text index does not cover; all of them while there is none. */
export async function uncoveredRows(table: Table): Promise<number> {
  const stats = (await indexedColumns(table)).has('tokens') ? await table.indexStats('tokens_idx') : undefined;
  return stats?.numUnindexedRows ?? (await table.countRows());
}

/** A commit that came meanwhile may take the ground from under a step that rewrites rows. Then the step is done again. */
const ATTEMPTS = 3;

/** What an upkeep does to the tables in the folder `dir`, in the order of its steps. No step takes rows away from a commit that comes meanwhile. */
export function upkeepSteps(session: Session, dir: string): readonly (() => Promise<void>)[] {
  const { native, chunks, files } = session.tables;
  const steps = [
    () => textIndex(native, chunks.upkeep),
    () => textIndex(native, files.upkeep),
    // Before the others: an index over rows that move is written twice.
    () => compact(chunks.upkeep),
    () => compact(files.upkeep),
    () => scalarIndexes(native, chunks.upkeep, ['id', 'path', 'name_lower'], ['language', 'kind']),
    () => scalarIndexes(native, files.upkeep, ['path'], ['language']),
    () => renewVectorIndex(session),
    async () => {
      // Readers move to the new version first, so that they do not miss the files of the old ones.
      await session.showWrites();
      await removeOldVersions(session.tables, dir);
    },
  ];
  return steps.map((step) => () => session.maintain(() => besideWrites(step)));
}

async function compact(table: Table): Promise<void> {
  await table.checkoutLatest();
  await table.optimize();
}

/** Does a step, if that can be done while others write; else it waits for the next upkeep. */
async function besideWrites(step: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await step();
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === ATTEMPTS) return;
    }
  }
}

/** Builds the vector index anew when the table has outgrown it, and notes how it is to be asked. */
export async function renewVectorIndex(session: Session): Promise<void> {
  const { native, chunks } = session.tables;
  await chunks.upkeep.checkoutLatest();
  const rows = await chunks.upkeep.countRows('vector IS NOT NULL');
  if (wantsVectorIndex(rows, session.tuning)) await session.note({ vectors: await buildVectorIndex(native, chunks.upkeep, rows) });
}

/**
 * Removes old versions and the folders of indexes that they leave empty. A call of its own, because `optimize` keeps the versions that its
 * own call made. A commit that stands on a version that goes is written once more.
 */
async function removeOldVersions({ chunks, files }: Tables, dir: string): Promise<void> {
  for (const { upkeep } of [chunks, files]) {
    await upkeep.checkoutLatest();
    await upkeep.optimize({ cleanupOlderThan: new Date() });
  }
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

import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { compact, wantsCompaction } from './compaction.ts';
import { isConflict } from './errors.ts';
import type { Native } from './native.ts';
import type { Session } from './session.ts';
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

/** Builds the full-text index anew when rows are outside: extending it is a part of a compaction alone. */
async function renewTextIndex(native: Native, table: Table): Promise<void> {
  await table.checkoutLatest();
  if ((await uncoveredRows(table)) > 0) await buildTextIndex(native, table);
}

async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap((index) => index.columns));
}

/** Builds what is missing or does not cover all rows; each takes a tenth of a second for 100,000 rows. */
async function scalarIndexes({ lancedb }: Native, table: Table, btree: readonly string[], bitmap: readonly string[]): Promise<void> {
  await table.checkoutLatest();
  if ((await table.countRows()) === 0) return;
  const present = await indexedColumns(table);
  const isDue = async (column: string): Promise<boolean> =>
    !present.has(column) || ((await table.indexStats(`${column}_idx`))?.numUnindexedRows ?? 1) > 0;
  for (const column of btree) if (await isDue(column)) await table.createIndex(column, { config: lancedb.Index.btree() });
  for (const column of bitmap) if (await isDue(column)) await table.createIndex(column, { config: lancedb.Index.bitmap() });
}

/** Rows of a table that its full-text index does not cover; all of them while there is none. */
export async function uncoveredRows(table: Table): Promise<number> {
  const stats = (await indexedColumns(table)).has('tokens') ? await table.indexStats('tokens_idx') : undefined;
  return stats?.numUnindexedRows ?? (await table.countRows());
}

/** A commit that came meanwhile may take the ground from under a step that rewrites rows. Then the step is done again. */
const ATTEMPTS = 3;

/**
 * What an upkeep does to the tables in the folder `dir`, in the order of its steps. Rows are rewritten and old versions removed when that is
 * due, or when the upkeep is to be `whole`. No step takes rows away from a commit that comes meanwhile.
 */
export function upkeepSteps(session: Session, dir: string, whole: boolean): readonly (() => Promise<void>)[] {
  const { native, chunks, files } = session.tables;
  const compactIfDue = async (table: Table): Promise<void> => {
    await table.checkoutLatest();
    if (!whole && !(await wantsCompaction(table, dir))) return;
    await compact(table);
    await session.showWrites();
  };
  const steps = [
    // Neither keeps two processors busy alone. Two text indexes at once would wait for each other's threads.
    () => together(renewTextIndex(native, chunks.upkeep), renewVectorIndex(session)),
    () => renewTextIndex(native, files.upkeep),
    () => scalarIndexes(native, chunks.upkeep, ['id', 'path', 'name_lower'], ['language', 'kind']),
    () => scalarIndexes(native, files.upkeep, ['path'], ['language']),
    // After the indexes: rows outside them would be taken in one by one.
    () => compactIfDue(chunks.upkeep),
    () => compactIfDue(files.upkeep),
    () => session.showWrites(),
    () => removeEmptyFolders(dir),
  ];
  return steps.map((step) => () => session.maintain(() => besideWrites(step)));
}

/** Settles when all have ended, also when one of them failed. */
async function together(...work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
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

/** Vectors outside the index are compared one by one: so many of all are no loss. */
const OUTSIDE_SHARE = 0.05;

/** Vectors outside their index when they are so many that it is to be built; what little is outside otherwise counts as none. */
export async function uncoveredVectors(table: Table): Promise<number> {
  const stats = await table.indexStats('vector_idx');
  if (stats === undefined) {
    const rows = await table.countRows('vector IS NOT NULL');
    return wantsVectorIndex(rows, undefined) ? rows : 0;
  }
  const outside = stats.numUnindexedRows;
  return outside > (stats.numIndexedRows + outside) * OUTSIDE_SHARE ? outside : 0;
}

/** Builds the vector index anew when the table has outgrown it, and notes how it is to be asked. */
export async function renewVectorIndex(session: Session, outsideShare = OUTSIDE_SHARE): Promise<void> {
  const { native, chunks } = session.tables;
  await chunks.upkeep.checkoutLatest();
  const rows = await chunks.upkeep.countRows('vector IS NOT NULL');
  if (!wantsVectorIndex(rows, session.tuning)) {
    const outside = (await chunks.upkeep.indexStats('vector_idx'))?.numUnindexedRows ?? 0;
    if (outside <= rows * outsideShare) return;
  }
  await session.note({ vectors: await buildVectorIndex(native, chunks.upkeep, rows) });
}

/** Indexes that are gone leave folders behind. */
async function removeEmptyFolders(dir: string): Promise<void> {
  for (const table of await readdir(dir)) {
    const indexes = join(dir, table, '_indices');
    for (const name of await readdir(indexes).catch(() => [])) {
      // Folders that hold an index refuse to go, and that is what is wanted.
      await rmdir(join(indexes, name)).catch(() => {});
    }
  }
}

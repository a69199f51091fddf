import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { wantsCompaction } from './compaction.ts';
import { removeUncommitted } from './orphans.ts';
import { keysDue, uncoveredRows } from './rowIndexes.ts';
import type { Session } from './session.ts';
import { doUpkeepWork } from './upkeepJob.ts';
import type { TableKind, UpkeepOutcome, UpkeepWork } from './upkeepPort.ts';
import { wantsVectorIndex } from './vectorIndex.ts';

/**
 * What an upkeep does to the tables in the folder `dir`, in the order of its steps. Rows are rewritten and old versions removed when that is
 * due, or when the upkeep is to be `whole`. No step takes rows away from a commit that comes meanwhile.
 */
export function upkeepSteps(session: Session, dir: string, whole: boolean): readonly (() => Promise<void>)[] {
  const steps = [
    // Neither keeps two processors busy alone. Two text indexes at once would wait for each other's threads.
    () => together(renewTextIndex(session, 'chunks', whole), renewVectorIndex(session, { asked: whole })),
    () => renewTextIndex(session, 'files', whole),
    () => renewKeyIndexes(session, 'chunks', whole),
    () => renewKeyIndexes(session, 'files', whole),
    // After the indexes: rows outside them would be taken in one by one.
    () => compactIfDue(session, 'chunks', dir, whole),
    () => compactIfDue(session, 'files', dir, whole),
    () => session.showWrites(),
    () => removeEmptyFolders(dir),
  ];
  return [() => sweep(session, dir), ...steps.map((step) => () => session.maintain(step))];
}

/** What killed steps have left goes first: it would count as a reason for a compaction. Commits wait, so none is about to name it. */
function sweep(session: Session, dir: string): Promise<void> {
  return session.write(async () => {
    // Another upkeep, or an index that grows: the next upkeep sees to it.
    if (session.isMaintained || session.isClosed) return;
    await session.maintain(async () => {
      for (const { upkeep } of [session.tables.chunks, session.tables.files]) {
        await upkeep.checkoutLatest();
        await removeUncommitted(upkeep, dir);
      }
    });
  });
}

interface HowToWork {
  /** A person waits for it. */
  readonly asked?: boolean;
  /** In this process, however large the table is. */
  readonly here?: boolean;
}

/** Does work on a table, in the process for that if it is large, and notes how vectors are to be asked then. */
export async function doWork(
  session: Session,
  kind: TableKind,
  work: UpkeepWork,
  { asked = false, here = false }: HowToWork,
): Promise<void> {
  const { native } = session.tables;
  const table = session.tables[kind].upkeep;
  const { dir, fingerprint, helper } = session.options;
  const isLarge = !here && helper !== undefined && (await session.tables.chunks.upkeep.countRows()) > helper.aboveChunks;
  const run = (): Promise<UpkeepOutcome> =>
    isLarge ? helper.run({ dir, fingerprint, table: kind, work }, asked) : doUpkeepWork(native, table, kind, work);
  if (work !== 'vectors') {
    await run();
    return;
  }
  const before = await vectorIndexId(table);
  const vectors = await run().catch(async (error: unknown) => {
    // Ended when the index was there and before it was known how to ask it: until there is another one, each vector is compared.
    await table.checkoutLatest();
    if ((await vectorIndexId(table)) !== before) await session.note({ vectors: undefined });
    throw error;
  });
  if (vectors !== undefined) await session.note({ vectors });
}

async function vectorIndexId(table: Table): Promise<string | undefined> {
  return (await table.listIndices()).find((index) => index.columns.includes('vector'))?.indexUuid;
}

/** Builds the full-text index anew when rows are outside: extending it is a part of a compaction alone. */
async function renewTextIndex(session: Session, kind: TableKind, asked: boolean): Promise<void> {
  const table = session.tables[kind].upkeep;
  await table.checkoutLatest();
  if ((await uncoveredRows(table)) > 0) await doWork(session, kind, 'text', { asked });
}

async function renewKeyIndexes(session: Session, kind: TableKind, asked: boolean): Promise<void> {
  const table = session.tables[kind].upkeep;
  await table.checkoutLatest();
  if ((await keysDue(table, kind)).length > 0) await doWork(session, kind, 'keys', { asked });
}

async function compactIfDue(session: Session, kind: TableKind, dir: string, whole: boolean): Promise<void> {
  const table = session.tables[kind].upkeep;
  await table.checkoutLatest();
  if (!whole && !(await wantsCompaction(table, dir))) return;
  await doWork(session, kind, 'compaction', { asked: whole });
  await session.showWrites();
}

/** Settles when all have ended, also when one of them failed. */
async function together(...work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
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

/** Builds the vector index anew when the table has outgrown it. */
export async function renewVectorIndex(
  session: Session,
  { outsideShare = OUTSIDE_SHARE, asked = false }: { readonly outsideShare?: number; readonly asked?: boolean } = {},
): Promise<void> {
  const table = session.tables.chunks.upkeep;
  await table.checkoutLatest();
  const rows = await table.countRows('vector IS NOT NULL');
  if (!wantsVectorIndex(rows, session.tuning)) {
    const outside = (await table.indexStats('vector_idx'))?.numUnindexedRows ?? 0;
    if (outside <= rows * outsideShare) return;
  }
  await doWork(session, 'chunks', 'vectors', { asked });
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

import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { bytesBelow, neededBytes } from './bytes.ts';

/** A question opens every part of a table: 20 cost it nothing that can be measured, some hundred do. */
const MOST_PARTS = 32;
/** Rows that a table holds and no longer shows, and bytes on disk of former versions, as factors of what is needed. */
const MOST_ROWS = 1.2;
const MOST_BYTES = 1.35;

/**
 * Whether it is worth it to rewrite the rows of a table, which costs as much as writing them and takes all its indexes along. `dir` is the
 * folder of the tables. A first indexing leaves few and large parts behind, so it ends without.
 */
export async function wantsCompaction(table: Table, dir: string): Promise<boolean> {
  const { numRows, fragmentStats } = await table.stats();
  if (fragmentStats.numFragments > MOST_PARTS) return true;
  if (fragmentStats.numFragments * fragmentStats.lengths.mean > numRows * MOST_ROWS) return true;
  return (await bytesBelow(join(dir, `${table.name}.lance`))) > (await neededBytes(table)) * MOST_BYTES;
}

/**
 * Rewrites the rows into one part without those that were deleted, and removes old versions. LanceDB does both in one call, and then takes into each
 * index what is outside: before 0.32 it writes an index anew even for nothing, so a second call for the clean-up alone would cost as
 * much again. A read that misses the files of an old version is made once more on the newest one, and so is a commit.
 */
export async function compact(table: Table): Promise<void> {
  await table.checkoutLatest();
  await table.optimize({ cleanupOlderThan: new Date() });
}

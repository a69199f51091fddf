import type { Table } from '@lancedb/lancedb';
import { compact } from './compaction.ts';
import { isConflict } from './errors.ts';
import type { Native } from './native.ts';
import { buildKeyIndexes, buildTextIndex } from './rowIndexes.ts';
import { openTable } from './tables.ts';
import type { TableKind, UpkeepJob, UpkeepOutcome, UpkeepWork } from './upkeepPort.ts';
import { buildVectorIndex } from './vectorIndex.ts';

/** A commit that came meanwhile may take the ground from under work that rewrites rows. Then it is done again. */
const ATTEMPTS = 3;

/** Opens the table and does the job, in whichever process this is. */
export async function doUpkeepJob({ dir, fingerprint, table: kind, work }: UpkeepJob): Promise<UpkeepOutcome> {
  const { native, table, close } = await openTable(dir, fingerprint, kind);
  try {
    return await doUpkeepWork(native, table, kind, work);
  } finally {
    close();
  }
}

/** Does the work, if that can be done while others write; else it waits for the next upkeep. */
export async function doUpkeepWork(native: Native, table: Table, kind: TableKind, work: UpkeepWork): Promise<UpkeepOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      await table.checkoutLatest();
      return await once(native, table, kind, work);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === ATTEMPTS) return undefined;
    }
  }
}

async function once(native: Native, table: Table, kind: TableKind, work: UpkeepWork): Promise<UpkeepOutcome> {
  if (work === 'vectors') return buildVectorIndex(native, table, await table.countRows('vector IS NOT NULL'));
  if (work === 'text') await buildTextIndex(native, table);
  else if (work === 'keys') await buildKeyIndexes(native, table, kind);
  else await compact(table);
  return undefined;
}

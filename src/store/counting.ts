import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTables } from './repair.ts';
import type { Session } from './session.ts';
import type { IndexStore, StoreCounts } from './types.ts';
import { uncoveredRows } from './upkeep.ts';

type Counting = Pick<IndexStore, 'counts' | 'unindexedRows' | 'compare' | 'neededBytes'>;

/** How long a walk over the folder's size is believed. */
const BYTES_MS = 3000;

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = entries.map(async (entry): Promise<number> => {
    if (!entry.isFile()) return 0;
    // A file may go while the folder is walked.
    return (await lstat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** What the store says about its own size. */
export function counting(session: Session): Counting {
  let walked: { readonly at: number; readonly bytes: Promise<number> } | undefined;
  return {
    counts: async (): Promise<StoreCounts> => {
      const entries = await session.read(() => session.readLedger());
      if (walked === undefined || Date.now() - walked.at > BYTES_MS) {
        walked = { at: Date.now(), bytes: bytesBelow(session.options.dir).catch(() => 0) };
      }
      const inState = (state: string): number => entries.filter((entry) => entry.state === state).length;
      return {
        files: inState('indexed'),
        chunks: entries.reduce((sum, entry) => sum + entry.chunks, 0),
        skipped: inState('skipped'),
        failed: inState('failed'),
        bytesOnDisk: await walked.bytes,
      };
    },

    compare: () =>
      session.read(async () => {
        const ledger = new Map((await session.readLedger()).map((entry) => [entry.path, entry]));
        return compareTables(session.tables, ledger);
      }),

    neededBytes: () =>
      session.read(async () => {
        let bytes = 0;
        for (const { read } of [session.tables.chunks, session.tables.files]) {
          const indexes = await read.listIndices();
          bytes += indexes.reduce((sum, index) => sum + (index.sizeBytes ?? 0), (await read.stats()).totalBytes);
        }
        return bytes;
      }),

    unindexedRows: () => session.read(() => uncoveredRows(session.tables.chunks.read)),
  };
}

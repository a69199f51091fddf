import { bytesBelow, neededBytes } from './bytes.ts';
import { compareTables } from './repair.ts';
import { uncoveredRows } from './rowIndexes.ts';
import type { Session } from './session.ts';
import type { IndexStore, StoreCounts } from './types.ts';
import { uncoveredVectors } from './upkeep.ts';

type Counting = Pick<IndexStore, 'counts' | 'unindexedRows' | 'compare' | 'neededBytes'>;

/** How long a walk over the folder's size is believed. */
const BYTES_MS = 3000;

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
      session.read(async () => (await neededBytes(session.tables.chunks.read)) + (await neededBytes(session.tables.files.read))),

    unindexedRows: () =>
      session.read(async () => {
        const { chunks, files } = session.tables;
        // An upkeep that was cut short may have built some of them.
        return Math.max(await uncoveredRows(chunks.read), await uncoveredRows(files.read), await uncoveredVectors(chunks.read));
      }),
  };
}

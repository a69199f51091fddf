import type { Table } from '@lancedb/lancedb';
import { uncoveredRows } from './rowIndexes.ts';
import type { Session } from './session.ts';
import { doWork, renewVectorIndex } from './upkeep.ts';
import type { TableKind } from './upkeepPort.ts';

/** An index over up to this many rows is built within the commit: it takes a tenth of a second or two. */
const AT_ONCE = 5000;

interface Growing {
  readonly kind: TableKind;
  readonly table: Table;
  /** Rows that the text index covers, and rows that it does not. */
  covered: number;
  outside: number;
}

export interface IndexGrowth {
  /**
   * Called within each commit with the rows that it wrote and, if it is known, the files that are still to come before the next upkeep; settles
   * when the indexes are there that are built at once.
   */
  wrote(chunks: number, files: number, left?: number): Promise<void>;
  /** Something else has extended the indexes. */
  forget(): void;
}

/**
 * Keeps half of a growing table and more in its indexes: rows outside the text index are found, but slowly, and scored with word
 * frequencies that only the rows inside tell. An index is built anew each time its table has doubled, which costs as much as the last
 * build once more in all; extending it costs far more, because `optimize` also rewrites all rows. Large ones are built beside the commits.
 */
export function indexGrowth(session: Session): IndexGrowth {
  const { chunks, files } = session.tables;
  let growing: readonly [Growing, Growing] | undefined;

  async function build(due: readonly Growing[], here: boolean): Promise<void> {
    for (const one of due) {
      await one.table.checkoutLatest();
      await doWork(session, one.kind, 'text', { here });
      Object.assign(one, await countOf(one.kind, one.table));
    }
    // A part outside it is compared one by one, until the upkeep or the next doubling but one.
    await renewVectorIndex(session, { outsideShare: 1 });
    await session.showWrites();
  }

  return {
    async wrote(newChunks, newFiles, left = Number.POSITIVE_INFINITY) {
      if (growing === undefined) growing = [await countOf('chunks', chunks.upkeep), await countOf('files', files.upkeep)];
      else {
        growing[0].outside += newChunks;
        growing[1].outside += newFiles;
      }
      // An upkeep covers all rows, and what is being built now, or not during a pause, is looked at again with the next commit.
      if (session.isMaintained || session.isClosed || session.options.helper?.isHeld === true) return;
      const known = Math.max(1, growing[1].covered + growing[1].outside);
      const due = growing.filter(({ covered, outside }) => {
        const toCome = (left / known) * (covered + outside);
        // Near the end of a long run the upkeep comes soon enough.
        return outside > covered && (covered === 0 || toCome > outside / 2);
      });
      if (due.length === 0) return;
      const isSoonDone = due.every(({ covered, outside }) => covered + outside <= AT_ONCE);
      const built = session.maintain(() => build(due, isSoonDone));
      if (isSoonDone) await built;
      // The upkeep after the pass does what failed here again, and says what is wrong.
      else built.catch(() => undefined);
    },
    forget: () => {
      growing = undefined;
    },
  };
}

async function countOf(kind: TableKind, table: Table): Promise<Growing> {
  await table.checkoutLatest();
  const outside = await uncoveredRows(table);
  return { kind, table, covered: (await table.countRows()) - outside, outside };
}

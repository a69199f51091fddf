import { rmSync, writeFileSync } from 'node:fs';

/**
 * Names, on disk, the files that are parsed and not committed yet: when the engine ends for want of memory while it embeds or writes them,
 * it was because of one of these. One small write a batch and one a commit.
 */
export interface BatchJournal {
  add(paths: readonly string[]): void;
  remove(paths: readonly string[]): void;
  /** Nothing is being worked on. */
  end(): void;
}

const NONE: BatchJournal = { add: () => undefined, remove: () => undefined, end: () => undefined };

/** Opens the journal at `file`; without a file nothing is written. */
export function openBatchJournal(file: string): BatchJournal {
  if (file === '') return NONE;
  const paths = new Set<string>();
  const write = (): void => {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, paths: [...paths] }));
    } catch {
      // A full disk stops the commit, which says so.
    }
  };
  return {
    add: (more) => {
      for (const path of more) paths.add(path);
      write();
    },
    remove: (done) => {
      for (const path of done) paths.delete(path);
      write();
    },
    end: () => {
      try {
        rmSync(file, { force: true });
      } catch {
        // As above. It names this process, which ends in order.
      }
    },
  };
}

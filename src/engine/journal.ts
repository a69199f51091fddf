import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/**
 * Names, on disk, the file that is being parsed, so that the next process knows which one this process died of. It costs one small
 * synchronous write a file and no flush: what a killed process has written, the system keeps.
 */
export interface Journal {
  at(path: string): void;
  /** Nothing is being parsed. */
  end(): void;
}

const NONE: Journal = { at: () => undefined, end: () => undefined };

/** Opens the journal at `file`; without a file, or on a disk that takes none, nothing is written and indexing goes on. */
export function openJournal(file: string): Journal {
  if (file === '') return NONE;
  let handle: number;
  try {
    handle = openSync(file, 'w');
  } catch {
    // A full disk stops the commit, which says so.
    return NONE;
  }
  let longest = 0;
  const write = (text: string): void => {
    try {
      // White space covers the end of a longer path before it.
      writeSync(handle, text.padEnd(longest), 0);
    } catch {
      // As above.
    }
    longest = Math.max(longest, text.length);
  };
  return {
    at: (path) => write(JSON.stringify({ pid: process.pid, path })),
    end: () => {
      try {
        ftruncateSync(handle, 0);
      } finally {
        closeSync(handle);
      }
    },
  };
}

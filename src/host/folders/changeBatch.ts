import { meaningOf } from '../../core/changes.ts';

/** Time in which changes are collected: a branch switch touches thousands of files at once. */
const BATCH_MS = 50;
/** With more changes than this, comparing the whole folder costs less than telling each. */
const MOST_PATHS = 1000;

export interface ChangeBatch {
  /** Notes a relative path (`/` on every platform). */
  add(path: string): void;
  dispose(): void;
}

/** Collects changes and hands them on together; an empty list asks for a look at the whole folder. */
export function createChangeBatch(deliver: (paths: readonly string[]) => void): ChangeBatch {
  let paths = new Set<string>();
  let everything = false;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    const list = everything || paths.size > MOST_PATHS ? [] : [...paths];
    paths = new Set();
    everything = false;
    deliver(list);
  };
  return {
    add(path) {
      const meaning = meaningOf(path);
      if (meaning === 'nothing') return;
      if (meaning === 'everything') everything = true;
      else paths.add(path);
      timer ??= setTimeout(flush, BATCH_MS);
    },
    dispose() {
      clearTimeout(timer);
    },
  };
}

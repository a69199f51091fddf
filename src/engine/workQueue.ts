import { meaningOf } from '../core/changes.ts';

/** What the next pass over a folder has to look at. */
export interface Work {
  /** Everything: scan the folder and compare it with the ledger. */
  readonly all: boolean;
  /** Single paths that may have changed, when not everything is looked at. */
  readonly paths: readonly string[];
}

/** More single paths than this are cheaper to look at as a whole. */
const MANY_PATHS = 200;

/** Collects changes until a pass takes them. Bounded: many paths turn into one look at everything. */
export function createWorkQueue(): {
  add(paths: readonly string[]): void;
  addAll(): void;
  take(): Work | undefined;
  /** Single paths that came since the last take or look. They stay in the queue. */
  fresh(): readonly string[];
  readonly empty: boolean;
} {
  let all = false;
  let paths = new Set<string>();
  let seen = new Set<string>();
  return {
    add: (changed) => {
      for (const path of changed) {
        const meaning = meaningOf(path);
        if (meaning === 'everything') all = true;
        else if (meaning === 'path' && !all) paths.add(path);
        // It has changed again since it was looked at.
        seen.delete(path);
      }
      if (changed.length === 0 || paths.size > MANY_PATHS) all = true;
      if (all) paths.clear();
    },
    addAll: () => {
      all = true;
      paths.clear();
    },
    take: () => {
      if (!all && paths.size === 0) return undefined;
      const work = { all, paths: [...paths] };
      all = false;
      paths = new Set();
      seen = new Set();
      return work;
    },
    fresh: () => {
      const unseen = [...paths].filter((path) => !seen.has(path));
      seen = new Set(paths);
      return unseen;
    },
    get empty() {
      return !all && paths.size === 0;
    },
  };
}

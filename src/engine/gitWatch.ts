import { join } from 'node:path';
import { type GitRules, gitRules, trackedAndIgnored } from '../files/gitRules.ts';
import type { Scanned } from './planFolder.ts';

const LOOK_MS = 1000;
/** Repositories inside the folder are looked at in turns, so many at each look: with more of them a change is seen some seconds later. */
const INSIDE_AT_ONCE = 5;

/** The repositories and submodules inside a folder, relative to it, and when the look began that found them. */
export type Inside = Pick<Scanned, 'repositories' | 'startedMs'>;

/** Some file systems keep times in steps of two seconds. */
const COARSE_MS = 2000;

export interface GitWatch {
  /** Absolute, real path. */
  readonly folder: string;
  /** As the last look at everything found them. */
  readonly inside: () => Inside;
  readonly onOtherRules: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** What was seen of one repository. */
interface Seen {
  readonly rules: GitRules | undefined;
  /** As git said after its index was written last; undefined before. */
  readonly tracked: string | undefined;
}

/**
 * Follows what no watcher of a folder sees: git's configuration and excludes elsewhere, and files that git takes up or lets go although
 * they stay as they are; in the repositories inside as well. Calls back when other files may count now; returns the function that ends it.
 */
export function watchGit({ folder, inside, onOtherRules, onTrouble }: GitWatch): () => void {
  let seen = new Map<string, Seen>();
  let next = 0;
  let isLooking = false;
  let ended = false;

  const look = async (): Promise<void> => {
    const { repositories, startedMs } = inside();
    const due =
      repositories.length <= INSIDE_AT_ONCE
        ? repositories
        : Array.from({ length: INSIDE_AT_ONCE }, (_, at) => repositories[(next + at) % repositories.length] ?? '');
    next += due.length;
    let changed = false;
    for (const path of ['', ...due]) {
      const { now, isOther } = await compared(join(folder, path), seen.get(path), path === '' ? Number.POSITIVE_INFINITY : startedMs);
      seen.set(path, now);
      changed ||= isOther;
    }
    const known = new Set(['', ...repositories]);
    seen = new Map([...seen].filter(([path]) => known.has(path)));
    if (changed && !ended) onOtherRules();
  };
  const lookInTurn = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await look().catch(onTrouble);
    isLooking = false;
  };
  void lookInTurn();
  const timer = setInterval(() => void lookInTurn(), LOOK_MS);
  timer.unref();
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

/** One that is seen for the first time may have changed since the look at `sinceMs` that found it. */
async function compared(
  repository: string,
  before: Seen | undefined,
  sinceMs: number,
): Promise<{ readonly now: Seen; readonly isOther: boolean }> {
  const rules = await gitRules(repository, before?.rules);
  const last = before?.rules;
  if (last === undefined || rules === undefined) {
    const isOther = before === undefined && (rules?.changedMs ?? 0) >= sinceMs - COARSE_MS;
    return { now: { rules, tracked: before?.tracked }, isOther };
  }
  const isOther = rules.rules !== last.rules;
  if (rules.index === last.index) return { now: { rules, tracked: before?.tracked }, isOther };
  // Git writes its index for many reasons; it is asked what that means, which costs less than to look at every file.
  const tracked = await trackedAndIgnored(repository);
  return { now: { rules, tracked }, isOther: isOther || tracked === undefined || tracked !== before?.tracked };
}

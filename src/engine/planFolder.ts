import type { FileSettings, FoundFile, SkippedFile } from '../core/files.ts';
import { isCode, languageOfPath } from '../core/languages.ts';
import { inReadingOrder, planWork, type WorkPlan } from '../core/plan.ts';
import { judgePaths } from '../files/judgePaths.ts';
import { scanFolder } from '../files/scan.ts';
import type { LedgerEntry } from '../store/types.ts';
import type { Work } from './workQueue.ts';

/** What a look at a whole folder tells beside the files to index. */
export interface Scanned {
  /** What is left out by name and rule. */
  readonly skipped: readonly SkippedFile[];
  /** Repositories and submodules inside, relative to the folder. */
  readonly repositories: readonly string[];
  /** When the look began, in milliseconds since 1970. */
  readonly startedMs: number;
}

export interface FolderPlan {
  readonly plan: WorkPlan;
  /** Undefined when only single paths were looked at. */
  readonly scanned: Scanned | undefined;
}

/** Turns "this may have changed" into the files to read and the paths to forget. `checkedMs` is as of `planWork`. */
export async function planFolder(
  folder: string,
  work: Work,
  ledger: ReadonlyMap<string, LedgerEntry>,
  settings: FileSettings,
  checkedMs = Number.POSITIVE_INFINITY,
): Promise<FolderPlan> {
  if (!work.all) {
    const plan = await planPaths(folder, work.paths, ledger, settings);
    if (plan !== undefined) return { plan, scanned: undefined };
  }
  const startedMs = Date.now();
  const { files, skipped, repositories } = await scanFolder(folder, settings);
  const plan = planWork(files, ledger, checkedMs);
  return {
    plan: { ...plan, read: inReadingOrder(plan.read, (path) => isCode(languageOfPath(path))) },
    scanned: { skipped, repositories, startedMs },
  };
}

/** Undefined when a path turns out to be a folder: then everything has to be looked at. */
async function planPaths(
  folder: string,
  paths: readonly string[],
  ledger: ReadonlyMap<string, LedgerEntry>,
  settings: FileSettings,
): Promise<WorkPlan | undefined> {
  const judged = await judgePaths(folder, paths, settings, (path) => ledger.get(path)?.state === 'indexed');
  if (judged.hasDirectory || hasTwin(judged.found, ledger)) return undefined;
  const removed = judged.others.filter((path) => ledger.has(path));
  // A path may have been a folder: whatever the ledger holds below it is gone too.
  const tops = new Set(paths.filter((path) => !ledger.has(path)));
  if (tops.size > 0) for (const known of ledger.keys()) if (isBelow(known, tops)) removed.push(known);
  return { read: judged.found, removed: [...new Set(removed)], unchanged: 0 };
}

/**
 * Whether a new file is called like a known one but for the case: where names are compared without it that is one file, renamed, and both
 * names lead to it. Only a scan tells.
 */
function hasTwin(found: readonly FoundFile[], ledger: ReadonlyMap<string, LedgerEntry>): boolean {
  const added = new Set(found.filter(({ path }) => !ledger.has(path)).map(({ path }) => path.toLowerCase()));
  if (added.size === 0) return false;
  for (const known of ledger.keys()) if (added.has(known.toLowerCase())) return true;
  return false;
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) if (folders.has(path.slice(0, slash))) return true;
  return false;
}

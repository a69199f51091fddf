import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSettings, FoundFile, SkippedFile } from '../core/files.ts';
import { isCode, languageOfPath } from '../core/languages.ts';
import { inReadingOrder, planWork, type WorkPlan } from '../core/plan.ts';
import { explainFile } from '../files/explain.ts';
import { scanFolder } from '../files/scan.ts';
import type { LedgerEntry } from '../store/types.ts';
import type { Work } from './workQueue.ts';

export interface FolderPlan {
  readonly plan: WorkPlan;
  /** What the scan left out by name and rule; undefined when only single paths were looked at. */
  readonly skipped: readonly SkippedFile[] | undefined;
}

/** Turns "this may have changed" into the files to read and the paths to forget. */
export async function planFolder(
  folder: string,
  work: Work,
  ledger: ReadonlyMap<string, LedgerEntry>,
  settings: FileSettings,
): Promise<FolderPlan> {
  if (!work.all) {
    const plan = await planPaths(folder, work.paths, ledger, settings);
    if (plan !== undefined) return { plan, skipped: undefined };
  }
  const { files, skipped } = await scanFolder(folder, settings);
  const plan = planWork(files, ledger, true);
  return { plan: { ...plan, read: inReadingOrder(plan.read, (path) => isCode(languageOfPath(path))) }, skipped };
}

/** Undefined when a path turns out to be a folder: then everything has to be looked at. */
async function planPaths(
  folder: string,
  paths: readonly string[],
  ledger: ReadonlyMap<string, LedgerEntry>,
  settings: FileSettings,
): Promise<WorkPlan | undefined> {
  const read: FoundFile[] = [];
  const removed: string[] = [];
  for (const path of paths) {
    const stat = await lstat(join(folder, path)).catch(() => undefined);
    if (stat?.isDirectory()) return undefined;
    if (stat === undefined) {
      // The path may have been a folder: whatever the ledger holds below it is gone too.
      if (ledger.has(path)) removed.push(path);
      else for (const known of ledger.keys()) if (known.startsWith(`${path}/`)) removed.push(known);
    } else {
      const found = { path, size: stat.size, mtimeMs: stat.mtimeMs };
      // What is indexed already is read without asking git, which keeps a save fast.
      if (ledger.get(path)?.state === 'indexed') read.push(found);
      else {
        const { indexed, asked } = await explainFile(folder, path, settings);
        if (indexed) read.push({ ...found, asked: asked === true });
      }
    }
  }
  return { read, removed: [...new Set(removed)], unchanged: 0 };
}

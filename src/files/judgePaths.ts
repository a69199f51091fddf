import type { FileSettings, FoundFile } from '../core/files.ts';
import { directoriesAbove, ignoredAmong } from './ignoredBy.ts';
import { judgePath } from './judge.ts';
import { judgeStats } from './judgeStats.ts';
import { loadQuarryRules } from './quarryRules.ts';
import { foundFile } from './scan.ts';
import { settingsFilter } from './settings.ts';
import { statAll } from './stat.ts';

/** What became of single paths. */
export interface JudgedPaths {
  /** Those that may be indexed; their content has the last word. */
  readonly found: readonly FoundFile[];
  /** Those that may not: gone, ignored, no plain file, or behind a link. */
  readonly others: readonly string[];
  /** True when one of them is a directory, so that only a scan tells what is in it. */
  readonly hasDirectory: boolean;
}

/**
 * Judges single paths of `root` (absolute, real path; the paths are relative with `/`) as a scan of the whole folder would. For those in
 * `trusted`, which were let through before and whose rules have not changed, git is not asked: that keeps a save fast.
 */
export async function judgePaths(
  root: string,
  paths: readonly string[],
  settings: FileSettings,
  trusted: (path: string) => boolean,
): Promise<JudgedPaths> {
  const { entries } = await statAll(root, paths);
  const found: FoundFile[] = [];
  if (entries.some(({ stats }) => stats.isDirectory())) return { found, others: [], hasDirectory: true };
  const asking = entries.map(({ path }) => path).filter((path) => !trusted(path));
  const ignored = await ignoredAmong(root, asking);
  const quarry = await loadQuarryRules(root, paths.flatMap(directoriesAbove));
  const judges = { settings: settingsFilter(settings), quarry };
  for (const entry of entries) {
    const { path, stats } = entry;
    const judged = judgePath(path, ignored.get(path), judges);
    if ('skip' in judged || (await judgeStats(root, path, stats, settings.maxFileBytes)) !== undefined) continue;
    found.push(foundFile(entry, judged.asked));
  }
  const passed = new Set(found.map(({ path }) => path));
  return { found, others: paths.filter((path) => !passed.has(path)), hasDirectory: false };
}

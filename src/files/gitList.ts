import { basename, dirname, join } from 'node:path';
import { type GitProblem, runGit, splitNul } from './git.ts';
import { exists } from './stat.ts';

/** What git says of one directory; paths are relative to it. */
export interface GitListing {
  /** Tracked files, submodules, and untracked files that git does not ignore. Deleted ones may be among them. */
  readonly files: readonly string[];
  /** Ignored files, and directories (with `/` at the end) of which everything is ignored. */
  readonly ignored: readonly string[];
  /** Untracked directories, without `/` at the end, that are repositories of their own. */
  readonly repositories: readonly string[];
}

export type GitListResult =
  | { readonly ok: true; readonly listing: GitListing }
  | { readonly ok: false; readonly problem: GitProblem | 'ignored-folder'; readonly message: string };

const FILES = ['ls-files', '-co', '--exclude-standard', '-z'];
const IGNORED = ['ls-files', '-oi', '--exclude-standard', '--directory', '-z'];

/** Leaves out entries below an entry that stands for a whole directory. */
function collapse(entries: readonly string[]): string[] {
  const directories = new Set(entries.filter((entry) => entry.endsWith('/')));
  const isCovered = (entry: string) => {
    for (let slash = entry.indexOf('/'); slash >= 0 && slash < entry.length - 1; slash = entry.indexOf('/', slash + 1)) {
      if (directories.has(entry.slice(0, slash + 1))) return true;
    }
    return false;
  };
  return [...new Set(entries)].filter((entry) => !isCovered(entry));
}

/** True when git ignores the folder (absolute) itself, so that it has nothing to say about what is inside. */
export async function isIgnoredFolder(folder: string, signal?: AbortSignal): Promise<boolean> {
  // The top of a repository cannot be ignored, but git would say so of it where a rule is just `*`.
  if (await exists(join(folder, '.git'))) return false;
  // By its name, as `.` and a slash at the end also match rules for what is inside, such as `folder/*`.
  const result = await runGit(dirname(folder), ['check-ignore', '-q', '--', `./${basename(folder)}`], { signal, answers: [1] });
  return result.ok && result.code === 0;
}

/**
 * Asks git which files of `folder` (absolute, real path) count. With `ownRepository`, the folder is known to be a
 * repository itself and none further up is asked.
 */
export async function listWithGit(folder: string, ownRepository: boolean, signal?: AbortSignal): Promise<GitListResult> {
  const run = { signal, ...(ownRepository ? { ceiling: dirname(folder) } : {}) };
  const [files, ignored, isIgnored] = await Promise.all([
    runGit(folder, FILES, run),
    runGit(folder, IGNORED, run),
    ownRepository ? false : isIgnoredFolder(folder, signal),
  ]);
  if (isIgnored) return { ok: false, problem: 'ignored-folder', message: 'A repository further up ignores this folder as a whole' };
  if (!files.ok) return files;
  // A merge conflict lists a path once for each side.
  const entries = [...new Set(splitNul(files.stdout))];
  return {
    ok: true,
    listing: {
      files: entries.filter((entry) => !entry.endsWith('/')),
      ignored: ignored.ok ? collapse(splitNul(ignored.stdout)) : [],
      repositories: entries.filter((entry) => entry.endsWith('/')).map((entry) => entry.slice(0, -1)),
    },
  };
}

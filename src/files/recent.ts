import { runGit } from './git.ts';

const COMMITS = 30;
const MOST_FILES = 500;
/** A commit that touches more than this says nothing about what people work on; the only one of a shallow clone touches all. */
const MOST_FILES_OF_A_COMMIT = 100;
const TIMEOUT_MS = 5000;

/** Paths (relative, `/`) of the last commits below `folder`, newest first, each once; none outside a repository. */
export async function recentlyCommitted(folder: string): Promise<readonly string[]> {
  const args = ['log', '-z', '--name-only', '--relative', '--no-renames', '--no-merges', '--format=%x01', '-n', String(COMMITS), '--', '.'];
  const result = await runGit(folder, args, { timeoutMs: TIMEOUT_MS });
  if (!result.ok) return [];
  const commits = result.stdout
    .toString('utf8')
    .split('\x01')
    .map((commit) => commit.split(/[\0\n]/).filter((path) => path !== ''));
  return [...new Set(commits.filter((paths) => paths.length <= MOST_FILES_OF_A_COMMIT).flat())].slice(0, MOST_FILES);
}

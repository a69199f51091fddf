import { runGit } from './git.ts';

const COMMITS = 30;
/** A commit that touches more than this says nothing about what people work on. */
const MOST_FILES = 500;
const TIMEOUT_MS = 5000;

/** Paths (relative, `/`) of the last commits below `folder`, newest first, each once; none outside a repository. */
export async function recentlyCommitted(folder: string): Promise<readonly string[]> {
  const args = ['log', '-z', '--name-only', '--relative', '--no-renames', '--no-merges', '--format=', '-n', String(COMMITS), '--', '.'];
  const result = await runGit(folder, args, { timeoutMs: TIMEOUT_MS });
  if (!result.ok) return [];
  const paths = result.stdout.toString('utf8').split(/[\0\n]/);
  return [...new Set(paths.filter((path) => path !== ''))].slice(0, MOST_FILES);
}

import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readSmallFile } from './readSmallFile.ts';

/** What is checked out, as far as files tell without running git. */
export interface GitHead {
  /** The directory of this worktree's own state; `commonDir` is shared by all worktrees. Absolute. */
  readonly gitDir: string;
  readonly commonDir: string;
  /** `refs/heads/main`; absent when a commit is checked out directly. */
  readonly ref?: string;
  /** Absent before the first commit, and where references are kept in a table. */
  readonly commit?: string;
  /** Absolute paths of files that change with a checkout, a commit, a pull or a change of the local ignore rules. */
  readonly watch: readonly string[];
}

/** A `.git` directory, or the directory that a `.git` file of a worktree or a submodule points to. */
async function gitDirOf(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git');
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return path;
  const target = stats ? /^gitdir:\s*(.+?)\s*$/m.exec((await readSmallFile(path)) ?? '')?.[1] : undefined;
  return target === undefined ? undefined : resolve(folder, target);
}

async function findGitDir(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await gitDirOf(at);
    if (found !== undefined) return found;
    if (dirname(at) === at) return undefined;
  }
}

async function commitOf(commonDir: string, gitDir: string, ref: string): Promise<string | undefined> {
  const loose = (await readSmallFile(join(commonDir, ref))) ?? (await readSmallFile(join(gitDir, ref)));
  if (loose && /^[0-9a-f]{40,64}$/.test(loose.trim())) return loose.trim();
  const packed = (await readSmallFile(join(commonDir, 'packed-refs'))) ?? '';
  for (const line of packed.split('\n')) {
    const [commit, name] = line.split(' ');
    if (name?.trim() === ref) return commit;
  }
  return undefined;
}

/**
 * Resolves the HEAD of the repository around `folder` (absolute) by reading a few small files; nothing outside of one.
 * Compare `ref` and `commit` of two calls to notice a branch switch.
 */
export async function gitHead(folder: string): Promise<GitHead | undefined> {
  const gitDir = await findGitDir(folder);
  const head = gitDir === undefined ? undefined : (await readSmallFile(join(gitDir, 'HEAD')))?.trim();
  if (gitDir === undefined || head === undefined) return undefined;
  const common = (await readSmallFile(join(gitDir, 'commondir')))?.trim();
  const commonDir = common ? resolve(gitDir, common) : gitDir;
  // A reference is used as a path: one that climbs out of the repository is not followed.
  const ref = /^ref:\s*((?!.*\.\.)\S+)$/.exec(head)?.[1];
  const detached = /^[0-9a-f]{40,64}$/.test(head) ? head : undefined;
  const commit = ref === undefined ? detached : await commitOf(commonDir, gitDir, ref);
  const watch = [join(gitDir, 'HEAD'), join(gitDir, 'index'), join(commonDir, 'packed-refs'), join(commonDir, 'info', 'exclude')];
  if (ref !== undefined) watch.push(join(commonDir, ref));
  return { gitDir, commonDir, watch, ...(ref === undefined ? {} : { ref }), ...(commit === undefined ? {} : { commit }) };
}

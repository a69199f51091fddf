import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * The folder with the HEAD file of the git work tree that `folder` is in, when that is not simply `folder/.git`: a work tree above, or
 * one whose `.git` is a file that points elsewhere. Undefined when there is nothing more to watch.
 */
export async function outsideGitDir(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, '.git');
    const stat = await fs.stat(candidate).catch(() => undefined);
    if (stat?.isDirectory()) return at === folder ? undefined : candidate;
    if (stat?.isFile()) {
      const pointer = /^gitdir:\s*(.+)$/m.exec(await fs.readFile(candidate, 'utf8').catch(() => ''))?.[1];
      return pointer === undefined ? undefined : path.resolve(at, pointer.trim());
    }
    if (at === path.dirname(at)) return undefined;
  }
}

/** These decide about other files, so that a change of one means looking at everything again. */
const DECIDES_ABOUT_OTHERS = /(^|\/)(\.gitignore|\.ignore|\.quarryignore|\.gitmodules)$/;

/** What comes after `.git` in a path below one, without a slash in front; empty for a `.git` itself. */
const INSIDE_GIT = /(?:^|\/)\.git(?:\/(.*))?$/;

/** Of what lies in `.git`, these tell that other files may count now: another branch, other local rules, a repository made or removed. */
const TELLING = new Set(['', 'HEAD', 'info/exclude']);

/**
 * What a change on disk of a path (relative, `/`) means for the index: the path itself, `everything` when other files may be concerned,
 * or nothing, because git's own files change all the time.
 */
export function meaningOf(path: string): 'everything' | 'path' | 'nothing' {
  if (path === '' || DECIDES_ABOUT_OTHERS.test(path)) return 'everything';
  const inside = INSIDE_GIT.exec(path);
  if (inside === null) return 'path';
  return TELLING.has(inside[1] ?? '') ? 'everything' : 'nothing';
}

import { dirname, join } from 'node:path';
import { runGit, splitNul } from './git.ts';
import { isIgnoredFolder } from './gitList.ts';
import { describeLine, type IgnoreRules, NO_RULES } from './ignoreRules.ts';
import type { Skip } from './judge.ts';
import { exists } from './stat.ts';
import { IGNORE_FILES, withIgnoreFiles } from './walk.ts';

/** The directories above a path, from the folder ('') down to its own: '', 'a', 'a/b' for 'a/b/c.ts'. */
export function directoriesAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** The innermost directory from `path` upwards, but not above the folder, that is a repository; '' for the folder itself. */
async function repositoryOf(root: string, path: string): Promise<string> {
  for (const directory of directoriesAbove(path).reverse()) {
    if (directory === '' || (await exists(join(root, directory, '.git')))) return directory;
  }
  return '';
}

/** Git's answer for one path (`./` keeps it from being read as pathspec magic): the line that decided, nothing, or `undefined` when git cannot tell. */
async function askGit(folder: string, path: string, ownRepository: boolean): Promise<{ skip?: Skip } | undefined> {
  const ceiling = ownRepository ? { ceiling: dirname(folder) } : {};
  const result = await runGit(folder, ['check-ignore', '-v', '-n', '-z', '--stdin'], { input: `./${path}\0`, answers: [1], ...ceiling });
  if (!result.ok) return undefined;
  const [file = '', line = '', pattern = ''] = splitNul(result.stdout);
  if (pattern === '' || pattern.startsWith('!')) return {};
  return { skip: { reason: 'git-ignored', detail: `\`${pattern}\` in ${file} line ${line}` } };
}

/** The answer of nested ignore files, where git is not asked. */
async function askIgnoreFiles(root: string, path: string): Promise<Skip | undefined> {
  let rules: IgnoreRules = NO_RULES;
  for (const directory of directoriesAbove(path)) rules = await withIgnoreFiles(root, directory, IGNORE_FILES, rules);
  const answer = rules.answer(path);
  return answer.effect === 'ignore' ? { reason: 'ignored', detail: describeLine(answer.by) } : undefined;
}

/**
 * The rule of git or of an ignore file that leaves out `path` (relative; a directory ends with `/`), asked of the
 * innermost repository first and then of each one around it, up to `root` (absolute, real path).
 */
export async function ignoredBy(root: string, path: string): Promise<Skip | undefined> {
  const repository = await repositoryOf(root, path.replace(/\/$/, ''));
  const folder = join(root, repository);
  const local = repository === '' ? path : path.slice(repository.length + 1);
  const own = repository !== '';
  const answer = !own && (await isIgnoredFolder(folder)) ? undefined : await askGit(folder, local, own);
  const skip = answer ? answer.skip : await askIgnoreFiles(folder, local);
  if (skip) return skip;
  // The repository may itself lie in a directory that the one around it ignores.
  return own ? ignoredBy(root, `${repository}/`) : undefined;
}

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

/** Git's answer for paths that it cannot judge one by one, because a submodule in between is not checked out. */
const IN_SUBMODULE = /is in submodule/;

/**
 * Git's answers for some paths, in their order (`./` keeps one from being read as pathspec magic): the line that decided, or nothing.
 * Undefined when git cannot tell. Git sees by itself which path is a directory, and with a slash at its end a rule `/` would match it.
 */
async function askGit(folder: string, paths: readonly string[], ownRepository: boolean): Promise<readonly { skip?: Skip }[] | undefined> {
  const ceiling = ownRepository ? { ceiling: dirname(folder) } : {};
  const input = paths.map((path) => `./${path.replace(/\/$/, '')}\0`).join('');
  const result = await runGit(folder, ['check-ignore', '-v', '-n', '-z', '--stdin'], { input, answers: [1], ...ceiling });
  if (!result.ok) {
    // One path that git refuses to look at spoils the answers for all.
    if (paths.length > 1) return Promise.all(paths.map(async (path) => (await askGit(folder, [path], ownRepository))?.[0] ?? {}));
    return IN_SUBMODULE.test(result.message)
      ? [{ skip: { reason: 'git-ignored', detail: 'a submodule that is not checked out' } }]
      : undefined;
  }
  const fields = splitNul(result.stdout);
  return paths.map((_, at) => {
    const [file = '', line = '', pattern = ''] = fields.slice(at * 4);
    if (pattern === '' || pattern.startsWith('!')) return {};
    return { skip: { reason: 'git-ignored', detail: `\`${pattern}\` in ${file} line ${line}` } };
  });
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
  return (await ignoredAmong(root, [path])).get(path);
}

/** As `ignoredBy`, for many paths with one question to each repository; paths that nothing leaves out have no entry. */
export async function ignoredAmong(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, Skip>> {
  const repositories = new Map<string, string[]>();
  const known = new Map<string, Promise<string>>();
  for (const path of paths) {
    const plain = path.replace(/\/$/, '');
    const directory = dirname(plain);
    const repository = await remembered(known, directory, () => repositoryOf(root, plain));
    repositories.set(repository, [...(repositories.get(repository) ?? []), path]);
  }
  const ignored = new Map<string, Skip>();
  for (const [repository, members] of repositories) {
    for (const [path, skip] of await ignoredInRepository(root, repository, members)) ignored.set(path, skip);
  }
  return ignored;
}

async function ignoredInRepository(root: string, repository: string, paths: readonly string[]): Promise<ReadonlyMap<string, Skip>> {
  const own = repository !== '';
  const folder = join(root, repository);
  const local = own ? paths.map((path) => path.slice(repository.length + 1)) : paths;
  const answers = !own && (await isIgnoredFolder(folder)) ? undefined : await askGit(folder, local, own);
  // The repository may itself lie in a directory that the one around it ignores.
  const around = own ? await ignoredBy(root, `${repository}/`) : undefined;
  const ignored = new Map<string, Skip>();
  for (const [at, path] of paths.entries()) {
    const skip = (answers ? answers[at]?.skip : await askIgnoreFiles(folder, local[at] ?? '')) ?? around;
    if (skip !== undefined) ignored.set(path, skip);
  }
  return ignored;
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, ask: () => Value): Value {
  const value = known.get(key) ?? ask();
  known.set(key, value);
  return value;
}

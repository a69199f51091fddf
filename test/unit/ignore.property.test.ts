import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { explainFile } from '../../src/files/explain.ts';
import { judgePaths } from '../../src/files/judgePaths.ts';
import { scanFolder } from '../../src/files/scan.ts';
import { git, temporaryFolder, writeTree } from './filesTree.ts';

afterEach(() => vi.unstubAllEnvs());

// Git's `?` and `[..]` match one byte, the library's one character: no name here is a single letter outside of ASCII.
const NAMES = ['a', 'b', 'foo', 'foo bar', 'x.ts', 'y.log', '[z]', 'äö'] as const;
const name = fc.constantFrom(...NAMES);
const filePath = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

/** Pattern pieces as they occur in real ignore files, with the awkward ones over-represented. */
const piece = fc.constantFrom(
  'a',
  'b',
  'foo',
  'foo bar',
  '*.ts',
  '*.log',
  '*',
  '**',
  'f*',
  '?',
  '[ab]',
  '[!a]',
  '\\[z\\]',
  'äö',
  'x.ts',
  'y.log',
);
const pattern = fc
  .record({
    negative: fc.boolean(),
    anchored: fc.boolean(),
    pieces: fc.array(piece, { minLength: 1, maxLength: 3 }),
    directory: fc.boolean(),
    tail: fc.constantFrom('', ' ', '\r'),
  })
  .map(
    ({ negative, anchored, pieces, directory, tail }) =>
      `${negative ? '!' : ''}${anchored ? '/' : ''}${pieces.join('/')}${directory ? '/' : ''}${tail}`,
  );
const ignoreFile = fc
  .array(fc.oneof({ weight: 8, arbitrary: pattern }, { weight: 1, arbitrary: fc.constantFrom('', '# a comment', '!', '/', '\\#x') }), {
    maxLength: 5,
  })
  .map((lines) => `${lines.join('\n')}\n`);

/** Without a line that is only a slash: of a repository inside, git's own commands do not agree about what it means. */
const sensible = ignoreFile.map((text) => text.replaceAll(/^!?\/\s*$/gm, ''));

/** Drops files that would have to be a directory too. */
function consistent(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other.startsWith(`${path}/`)));
}

const treeWith = (rules: fc.Arbitrary<string>) =>
  fc.record({
    files: fc.array(filePath, { minLength: 1, maxLength: 14 }).map(consistent),
    rules: fc.array(fc.record({ at: fc.nat(), file: rules }), { maxLength: 3 }),
    top: rules,
  });

type Tree = ReturnType<typeof treeWith> extends fc.Arbitrary<infer T> ? T : never;

/** Writes the tree; nested ignore files stand in directories that hold files. */
function build(folder: string, { files, rules, top }: Tree): void {
  writeTree(folder, Object.fromEntries(files.map((path) => [path, 'x'])));
  writeTree(folder, { '.gitignore': top });
  const directories = files.filter((path) => path.includes('/')).map((path) => path.slice(0, path.lastIndexOf('/')));
  for (const { at, file } of rules) {
    const directory = directories[at % Math.max(1, directories.length)];
    if (directory !== undefined) writeTree(folder, { [`${directory}/.gitignore`]: file });
  }
}

/** The paths among these that git ignores, by its own word. */
function ignoredByGit(folder: string, paths: readonly string[]): Set<string> {
  try {
    const out = execFileSync('git', ['check-ignore', '-z', '--stdin'], { cwd: folder, input: paths.join('\0'), encoding: 'utf8' });
    return new Set(out.split('\0').filter(Boolean));
  } catch (error) {
    // Exit code 1 says that none of them is ignored.
    if ((error as { status?: number }).status === 1) return new Set();
    throw error;
  }
}

async function found(folder: string): Promise<string[]> {
  const { files } = await scanFolder(folder, DEFAULT_FILE_SETTINGS);
  return files.map(({ path }) => path).filter((path) => !path.endsWith('.gitignore'));
}

/** What single paths come to, as when a watcher tells them. */
async function foundOneByOne(folder: string, paths: readonly string[]): Promise<string[]> {
  const judged = await judgePaths(folder, paths, DEFAULT_FILE_SETTINGS, () => false);
  expect(judged.others).toEqual(paths.filter((path) => !judged.found.some((file) => file.path === path)));
  return judged.found.map(({ path }) => path).sort();
}

test('over generated trees, the scan, the walk without git and the explanation agree with git check-ignore', async () => {
  await fc.assert(
    fc.asyncProperty(treeWith(ignoreFile), ignoreFile, ignoreFile, async (generated, excludes, globalRules) => {
      const folder = temporaryFolder();
      const config = temporaryFolder();
      try {
        build(folder, generated);
        // Without a repository, only the .gitignore files can speak.
        vi.stubEnv('GIT_CEILING_DIRECTORIES', config);
        const walked = await found(folder);
        git(folder, 'init', '-q');
        const plain = ignoredByGit(folder, generated.files);
        expect(walked).toEqual(generated.files.filter((path) => !plain.has(path)).sort());
        writeTree(folder, { '.git/info/exclude': excludes });
        writeTree(config, { ignore: globalRules, config: `[core]\n\texcludesFile = ${JSON.stringify(join(config, 'ignore'))}\n` });
        vi.stubEnv('GIT_CONFIG_GLOBAL', join(config, 'config'));
        const ignored = ignoredByGit(folder, generated.files);
        expect(await found(folder)).toEqual(generated.files.filter((path) => !ignored.has(path)).sort());
        expect(await foundOneByOne(folder, generated.files)).toEqual(await found(folder));
        const [first = ''] = generated.files;
        expect((await explainFile(folder, first, DEFAULT_FILE_SETTINGS)).indexed).toBe(!ignored.has(first));
      } finally {
        vi.unstubAllEnvs();
        for (const path of [folder, config]) rmSync(path, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('in a folder inside a repository, through a link, with tracked files, other cases and a repository inside, git check-ignore agrees', async () => {
  const part = fc.constantFrom('a', 'foo', 'a/b');
  await fc.assert(
    fc.asyncProperty(
      treeWith(sensible),
      sensible,
      part,
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 4 }),
      async (generated, above, place, ignoreCase, tracked) => {
        const repository = temporaryFolder();
        const folder = join(repository, place);
        const link = join(temporaryFolder(), 'link');
        try {
          git(repository, 'init', '-q');
          git(repository, 'config', 'core.ignorecase', String(ignoreCase));
          const otherCase = (text: string): string => (ignoreCase ? text.toUpperCase() : text);
          writeTree(repository, { '.gitignore': otherCase(above), [`${place}/x`]: 'x' });
          build(folder, generated);
          const known = tracked.flatMap((at) => generated.files[at % generated.files.length] ?? []);
          if (known.length > 0) git(folder, 'add', '--force', '--', ...known.map((path) => `:(literal)${path}`));
          const inner = generated.files.find((path) => path.includes('/') && !known.some((other) => other.startsWith(`${topOf(path)}/`)));
          const nested = inner === undefined ? undefined : topOf(inner);
          if (nested !== undefined) git(join(folder, nested), 'init', '-q');
          symlinkSync(folder, link);

          const isNested = (path: string): boolean => nested !== undefined && path.startsWith(`${nested}/`);
          const outside = generated.files.filter((path) => !isNested(path));
          const inside = generated.files.filter(isNested).map((path) => path.slice((nested ?? '').length + 1));
          const ignored = ignoredByGit(folder, outside);
          // A repository inside keeps its own rules, unless the one around it ignores it as a whole.
          const own = nested === undefined ? new Set<string>() : ignoredByGit(join(folder, nested), inside);
          const hidden = nested !== undefined && ignoredByGit(folder, [nested]).size > 0;
          const wanted = [
            ...outside.filter((path) => !ignored.has(path)),
            ...(hidden ? [] : inside.filter((path) => !own.has(path)).map((path) => `${nested}/${path}`)),
          ];
          // Where the repository ignores the folder as a whole, it has no say in what is inside.
          if (ignoredByGit(repository, [place]).size > 0) return;
          const all = (await found(link)).filter((path) => path !== 'x');
          expect(all).toEqual(wanted.sort());
          expect(await foundOneByOne(folder, generated.files)).toEqual(all);
        } finally {
          for (const path of [repository, link]) rmSync(path, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

function topOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { explainFile } from '../../src/files/explain.ts';
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

/** Drops files that would have to be a directory too. */
function consistent(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other.startsWith(`${path}/`)));
}

const tree = fc.record({
  files: fc.array(filePath, { minLength: 1, maxLength: 14 }).map(consistent),
  rules: fc.array(fc.record({ at: fc.nat(), file: ignoreFile }), { maxLength: 3 }),
  top: ignoreFile,
});

type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never;

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

test('over generated trees, the scan, the walk without git and the explanation agree with git check-ignore', async () => {
  await fc.assert(
    fc.asyncProperty(tree, ignoreFile, ignoreFile, async (generated, excludes, globalRules) => {
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

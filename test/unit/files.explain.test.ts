import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { explainFile } from '../../src/files/explain.ts';
import { checkFolder, isRiskyRoot } from '../../src/files/folder.ts';
import { gitHead } from '../../src/files/gitState.ts';
import { scanFolder } from '../../src/files/scan.ts';
import { commitAll, git, repository, temporaryFolder, writeTree } from './filesTree.ts';

const TREE = {
  '.gitignore': '# built\n\ndist/\n*.tmp\n',
  '.quarryignore': 'docs/\n!dist/api.ts\n',
  'src/a.ts': 'x',
  'src/a.tmp': 'x',
  'src/gen.ts': '// @generated\nx',
  'src/.gitignore': '!a.tmp\nb.ts\n',
  'src/b.ts': 'x',
  'dist/app.js': 'x',
  'dist/api.ts': '// @generated\nx',
  'docs/guide.md': 'x',
  'bin.ts': 'a\0b',
  'empty.ts': '',
  '.env': 'x',
  'package-lock.json': '{}',
  'skip/me.ts': 'x',
};
const SETTINGS = { ...DEFAULT_FILE_SETTINGS, exclude: ['skip'] };

describe('explainFile', () => {
  test.each([
    ['src/a.ts', '`src/a.ts` is indexed: no rule leaves it out.'],
    ['src/a.tmp', '`src/a.tmp` is indexed: no rule leaves it out.'],
    ['dist/app.js', '`dist/app.js` is not indexed: git ignores it (`dist/` in .gitignore line 3).'],
    ['dist/api.ts', '`dist/api.ts` is indexed: a `!` line in .quarryignore asks for it.'],
    ['src/b.ts', '`src/b.ts` is not indexed: git ignores it (`b.ts` in src/.gitignore line 2).'],
    ['docs/guide.md', '`docs/guide.md` is not indexed: .quarryignore leaves it out (`docs/` in .quarryignore line 1).'],
    ['skip/me.ts', '`skip/me.ts` is not indexed: the settings leave it out (exclude `skip`).'],
    ['src/gen.ts', '`src/gen.ts` is not indexed: it says that a program generated it (line 1: @generated).'],
    ['bin.ts', '`bin.ts` is not indexed: it is not a text file (a zero byte at offset 1).'],
    ['empty.ts', '`empty.ts` is not indexed: it is empty (0 bytes).'],
    ['.env', '`.env` is not indexed: its name says that it may hold secrets, and those are never indexed (.env*).'],
    ['package-lock.json', '`package-lock.json` is not indexed: it is a lock file, which a package manager writes (package-lock.json).'],
    ['dist', 'Nothing in the directory `dist` is indexed: git ignores it (`dist/` in .gitignore line 3).'],
    ['src/', '`src` is a directory: its files are judged one by one, so ask about one of them.'],
    ['', 'This is the folder itself: ask about a file in it.'],
    ['nope/x.ts', 'There is no file `nope/x.ts` in this folder.'],
    ['src/a.ts/x', 'There is no file `src/a.ts/x` in this folder.'],
  ])('%s', async (path, sentence) => {
    const folder = repository(TREE);
    expect((await explainFile(folder, path, SETTINGS)).sentence).toBe(sentence);
    expect((await explainFile(folder, join(folder, path), SETTINGS)).sentence).toBe(sentence);
  });

  test('paths outside, and links', async () => {
    const folder = repository({ 'real/a.ts': 'x' });
    const outside = temporaryFolder();
    writeTree(outside, { 'o.ts': 'x' });
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync('real', join(folder, 'in'));
    symlinkSync('real/a.ts', join(folder, 'link.ts'));
    const reasonOf = async (path: string) => (await explainFile(folder, path, SETTINGS)).reason;
    expect(await reasonOf('../x.ts')).toBe('outside-folder');
    expect(await reasonOf(join(outside, 'o.ts'))).toBe('outside-folder');
    expect(await reasonOf('out/o.ts')).toBe('outside-folder');
    expect(await reasonOf('in/a.ts')).toBe('not-a-file');
    expect(await reasonOf('link.ts')).toBe('not-a-file');
    const other = join(temporaryFolder(), 'workspace');
    symlinkSync(folder, other);
    expect(await explainFile(other, join(other, 'real/a.ts'), SETTINGS)).toMatchObject({ path: 'real/a.ts', indexed: true });
  });

  test('a repository inside a directory that the outer one ignores', async () => {
    const folder = repository({
      '.gitignore': 'vendor/\n',
      'vendor/lib/a.ts': 'x',
      'other/lib/a.ts': 'x',
      'other/lib/b.tmp': 'x',
      'other/lib/.gitignore': '*.tmp',
    });
    git(join(folder, 'vendor/lib'), 'init', '-q');
    git(join(folder, 'other/lib'), 'init', '-q');
    expect(await explainFile(folder, 'vendor/lib/a.ts', SETTINGS)).toMatchObject({
      indexed: false,
      detail: '`vendor/` in .gitignore line 1',
    });
    expect(await explainFile(folder, 'other/lib/a.ts', SETTINGS)).toMatchObject({ indexed: true });
    expect(await explainFile(folder, 'other/lib/b.tmp', SETTINGS)).toMatchObject({ indexed: false, reason: 'git-ignored' });
  });

  test('agrees with the scan about every file, in git and outside', async () => {
    const outside = temporaryFolder();
    writeTree(outside, TREE);
    for (const folder of [repository(TREE), outside]) {
      const { files } = await scanFolder(folder, SETTINGS);
      const listed = new Set(files.map(({ path }) => path));
      for (const path of Object.keys(TREE)) {
        const { indexed, reason } = await explainFile(folder, path, SETTINGS);
        const onlyKnownByReading = reason === 'generated' || reason === 'binary';
        expect([path, indexed || onlyKnownByReading]).toEqual([path, listed.has(path)]);
      }
    }
  });
});

describe('checkFolder', () => {
  test('answers with the real path, or one sentence', async () => {
    const folder = temporaryFolder();
    writeTree(folder, { 'file.ts': 'x' });
    symlinkSync(folder, join(folder, 'link'));
    symlinkSync('loop', join(folder, 'loop'));
    expect(await checkFolder(join(folder, 'link'))).toEqual({ ok: true, folder });
    expect(await checkFolder(join(folder, 'none'))).toEqual({
      ok: false,
      problem: 'missing',
      sentence: `There is no folder \`${join(folder, 'none')}\`.`,
    });
    expect(await checkFolder(join(folder, 'file.ts'))).toMatchObject({
      problem: 'not-a-folder',
      sentence: expect.stringContaining('is a file'),
    });
    expect(await checkFolder(join(folder, 'file.ts', 'x'))).toMatchObject({ problem: 'not-a-folder' });
    expect(await checkFolder(join(folder, 'loop'))).toMatchObject({ problem: 'unreadable', sentence: expect.stringContaining('ELOOP') });
    expect(await checkFolder('')).toMatchObject({ problem: 'missing', sentence: 'No folder was named.' });
    expect(await checkFolder('src')).toMatchObject({ problem: 'missing' });
  });
});

describe('isRiskyRoot', () => {
  test('the home directory, what is above it and a drive, without a sign of a project', async () => {
    const base = temporaryFolder();
    const home = join(base, 'me');
    mkdirSync(join(home, 'work'), { recursive: true });
    expect(await isRiskyRoot(home, home)).toBe(true);
    expect(await isRiskyRoot(base, home)).toBe(true);
    expect(await isRiskyRoot(join(home, 'work'), home)).toBe(false);
    writeTree(home, { 'package.json': '{}' });
    expect(await isRiskyRoot(home, home)).toBe(false);
  });
});

describe('gitHead', () => {
  test('follows commits, branches, packed references, worktrees and no commit at all', async () => {
    const folder = repository({ 'a.ts': 'x', 'sub/b.ts': 'x' });
    expect(await gitHead(folder)).toMatchObject({ ref: 'refs/heads/main' });
    expect((await gitHead(folder))?.commit).toBeUndefined();
    commitAll(folder);
    const commit = git(folder, 'rev-parse', 'HEAD').trim();
    expect(await gitHead(join(folder, 'sub'))).toMatchObject({ ref: 'refs/heads/main', commit });
    git(folder, 'pack-refs', '--all');
    expect(await gitHead(folder)).toMatchObject({ ref: 'refs/heads/main', commit });
    git(folder, 'checkout', '-qb', 'topic/x');
    expect(await gitHead(folder)).toMatchObject({ ref: 'refs/heads/topic/x', commit });
    git(folder, 'checkout', '-q', '--detach');
    const detached = await gitHead(folder);
    expect(detached).toMatchObject({ commit });
    expect(detached?.ref).toBeUndefined();
    const worktree = join(temporaryFolder(), 'tree');
    git(folder, 'worktree', 'add', '-q', '-b', 'side', worktree);
    const head = await gitHead(worktree);
    expect(head).toMatchObject({ ref: 'refs/heads/side', commit, commonDir: join(folder, '.git') });
    expect(head?.watch.filter((path) => existsSync(path)).map((path) => dirname(path))).toContain(head?.gitDir);
  });

  test('nothing outside of a repository, and nothing for a broken one', async () => {
    const folder = temporaryFolder();
    writeTree(folder, { '.git': 'not a pointer' });
    expect(await gitHead(folder)).toBeUndefined();
    rmSync(join(folder, '.git'));
    expect(await gitHead(folder)).toBeUndefined();
  });
});

import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { scanFolder } from '../../src/files/scan.ts';
import { commitAll, git, repository, temporaryFolder, writeTree } from './filesTree.ts';

afterEach(() => vi.unstubAllEnvs());

async function scan(folder: string) {
  const result = await scanFolder(folder, DEFAULT_FILE_SETTINGS);
  const why = (path: string) => result.skipped.find((entry) => entry.path === path);
  return { ...result, paths: result.files.map((file) => file.path), why };
}

describe('git', () => {
  test('ignored but tracked files count, deleted ones do not', async () => {
    const folder = repository({ '.gitignore': '*.gen.ts\n', 'a.gen.ts': 'x', 'gone.ts': 'x', 'b.ts': 'x' });
    commitAll(folder);
    rmSync(join(folder, 'gone.ts'));
    writeTree(folder, { 'new.gen.ts': 'x' });
    expect((await scan(folder)).paths).toEqual(['.gitignore', 'a.gen.ts', 'b.ts']);
  });

  test('a file in conflict counts once', async () => {
    const folder = repository({ 'a.ts': 'one' });
    commitAll(folder);
    git(folder, 'checkout', '-qb', 'other');
    writeTree(folder, { 'a.ts': 'two' });
    commitAll(folder);
    git(folder, 'checkout', '-q', 'main');
    writeTree(folder, { 'a.ts': 'three' });
    commitAll(folder);
    expect(() => git(folder, 'merge', 'other')).toThrow();
    expect((await scan(folder)).paths).toEqual(['a.ts']);
  });

  test('a folder inside a repository keeps the rules from above', async () => {
    const folder = repository({ '.gitignore': 'pkg/out/\n', 'pkg/a.ts': 'x', 'pkg/out/b.ts': 'x', 'c.ts': 'x' });
    const found = await scan(join(folder, 'pkg'));
    expect(found.source).toBe('git');
    expect(found.paths).toEqual(['a.ts']);
    expect(found.why('out/')?.reason).toBe('git-ignored');
  });

  test('a folder that its repository ignores as a whole is walked', async () => {
    const folder = repository({ '.gitignore': 'scratch/\n', 'scratch/a.ts': 'x', 'scratch/b.tmp': 'x', 'scratch/.gitignore': '*.tmp\n' });
    const found = await scan(join(folder, 'scratch'));
    expect(found.source).toBe('walk');
    expect(found.paths).toEqual(['.gitignore', 'a.ts']);
    expect(found.notes.join()).toContain('ignores this folder as a whole');
  });

  test('a repository whose first rule is * is still asked', async () => {
    const folder = repository({ '.gitignore': '*\n!src\n!src/*.ts\n', 'a.ts': 'x', 'src/b.ts': 'x' });
    const found = await scan(folder);
    expect(found.source).toBe('git');
    expect(found.paths).toEqual(['src/b.ts']);
  });

  test('worktrees and submodules are followed', async () => {
    const library = repository({ 'lib.c': 'x', 'lib.o.txt': 'x', '.gitignore': '*.o.txt\n' });
    git(library, 'rm', '-q', '--cached', '--ignore-unmatch', 'lib.o.txt');
    git(library, 'add', '.');
    git(library, 'commit', '-qm', 'lib');
    const folder = repository({ 'main.c': 'x' });
    git(folder, 'submodule', '--quiet', 'add', library, 'vendor/lib');
    commitAll(folder);
    writeTree(folder, { 'vendor/lib/new.c': 'x', 'vendor/lib/new.o.txt': 'x' });
    expect((await scan(folder)).paths).toEqual(['.gitmodules', 'main.c', 'vendor/lib/.gitignore', 'vendor/lib/lib.c', 'vendor/lib/new.c']);
    const worktree = join(temporaryFolder(), 'tree');
    git(folder, 'worktree', 'add', '-q', worktree);
    const other = await scan(worktree);
    expect(other.source).toBe('git');
    expect(other.paths).toEqual(['.gitmodules', 'main.c']);
  });

  test('a tracked directory that became a link leads nowhere', async () => {
    const outside = temporaryFolder();
    writeTree(outside, { 'a.ts': 'x' });
    const folder = repository({ 'dir/a.ts': 'x', 'b.ts': 'x' });
    commitAll(folder);
    rmSync(join(folder, 'dir'), { recursive: true });
    symlinkSync(outside, join(folder, 'dir'));
    const found = await scan(folder);
    expect(found.paths).toEqual(['b.ts']);
    expect(found.why('dir')?.reason).toBe('outside-folder');
  });

  test('a repository of somebody else is walked, with a note', async () => {
    const folder = repository({ '.gitignore': 'out/\n', 'a.ts': 'x', 'out/b.ts': 'x' });
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    const found = await scan(folder);
    expect(found.source).toBe('walk');
    expect(found.paths).toEqual(['.gitignore', 'a.ts']);
    expect(found.notes).toEqual([expect.stringContaining('does not trust the repository')]);
  });

  test('without git on the machine the ignore files decide, with a note', async () => {
    const folder = repository({ '.gitignore': 'out/\n', 'a.ts': 'x', 'out/b.ts': 'x' });
    vi.stubEnv('PATH', temporaryFolder());
    const found = await scan(folder);
    expect(found.source).toBe('walk');
    expect(found.paths).toEqual(['.gitignore', 'a.ts']);
    expect(found.notes).toEqual([expect.stringContaining('git is not installed')]);
  });

  test.skipIf(process.platform === 'win32')('runs no program that the repository configures', async () => {
    const folder = repository({ 'a.ts': 'x' });
    writeTree(folder, { '.git/evil': '#!/bin/sh\ntouch "$0.ran"\nexit 1\n' });
    chmodSync(join(folder, '.git/evil'), 0o755);
    git(folder, 'add', '.');
    git(folder, 'config', 'core.untrackedCache', 'true');
    git(folder, 'config', 'core.fsmonitor', '.git/evil');
    git(folder, 'status');
    expect(existsSync(join(folder, '.git/evil.ran'))).toBe(true);
    rmSync(join(folder, '.git/evil.ran'));
    expect((await scan(folder)).paths).toEqual(['a.ts']);
    expect(existsSync(join(folder, '.git/evil.ran'))).toBe(false);
  });

  test('a bare repository around a folder has no say, as it may have come with a clone', async () => {
    const outer = temporaryFolder();
    git(outer, 'init', '-q', '--bare');
    git(outer, 'config', 'core.bare', 'false');
    git(outer, 'config', 'core.worktree', '.');
    writeTree(outer, { 'src/a.ts': 'x', 'info/exclude': '*.ts\n' });
    const found = await scan(join(outer, 'src'));
    expect(found).toMatchObject({ paths: ['a.ts'], source: 'walk', notes: [] });
  });

  test('variables of another repository in the environment change nothing', async () => {
    const folder = repository({ 'a.ts': 'x' });
    vi.stubEnv('GIT_DIR', join(repository({ '.git/info/exclude': '*.ts\n' }), '.git'));
    expect((await scan(folder)).paths).toEqual(['a.ts']);
  });

  test('a folder that is a link is the folder it leads to', async () => {
    const folder = repository({ 'a.ts': 'x' });
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    expect((await scan(link)).paths).toEqual(['a.ts']);
  });
});

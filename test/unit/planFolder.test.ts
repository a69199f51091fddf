import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { planFolder } from '../../src/engine/planFolder.ts';
import type { LedgerEntry } from '../../src/store/types.ts';
import { repository, writeTree } from './filesTree.ts';

const entry = (path: string): LedgerEntry => ({
  path,
  size: 1,
  mtimeMs: 1,
  hash: 'h',
  chunks: 1,
  state: 'indexed',
  skipReason: '',
  error: '',
  attempts: 0,
});

/** What single told paths come to: the paths that are read, and those that are forgotten. */
async function told(folder: string, known: readonly string[], paths: readonly string[]) {
  const ledger = new Map(known.map((path) => [path, entry(path)]));
  const { plan, scanned } = await planFolder(folder, { all: false, paths }, ledger, DEFAULT_FILE_SETTINGS);
  return { read: plan.read.map(({ path }) => path).sort(), removed: [...plan.removed].sort(), scanned: scanned !== undefined };
}

test('a save reads the file and nothing else', async () => {
  const folder = repository({ 'src/a.ts': 'x', 'src/b.ts': 'x' });
  expect(await told(folder, ['src/a.ts', 'src/b.ts'], ['src/a.ts'])).toEqual({ read: ['src/a.ts'], removed: [], scanned: false });
});

test('what a folder held is forgotten when a file or a link takes its place', async () => {
  const folder = repository({ 'lib/a.ts': 'x', 'lib/deep/b.ts': 'x', 'other/c.ts': 'x', 'keep.ts': 'x' });
  const known = ['lib/a.ts', 'lib/deep/b.ts', 'other/c.ts', 'keep.ts'];
  rmSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'lib'), 'x');
  rmSync(join(folder, 'other'), { recursive: true });
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'other'));
  expect(await told(folder, known, ['lib', 'other'])).toEqual({
    read: ['lib'],
    removed: ['lib/a.ts', 'lib/deep/b.ts', 'other/c.ts'],
    scanned: false,
  });
});

test('a file behind a folder that became a link is not read through it', async () => {
  const folder = repository({ 'src/a.ts': 'x' });
  writeTree(folder, { 'outside/a.ts': 'secret' });
  rmSync(join(folder, 'src'), { recursive: true });
  symlinkSync(join(folder, 'outside'), join(folder, 'src'));
  expect(await told(folder, ['src/a.ts'], ['src/a.ts'])).toEqual({ read: [], removed: ['src/a.ts'], scanned: false });
});

test('a name that differs from a known one in its case only is looked at with everything: it may be the same file', async () => {
  const folder = repository({ 'src/Name.ts': 'x', 'src/other.ts': 'x' });
  renameSync(join(folder, 'src/Name.ts'), join(folder, 'src/name.ts'));
  expect(await told(folder, ['src/Name.ts', 'src/other.ts'], ['src/name.ts'])).toMatchObject({ removed: ['src/Name.ts'], scanned: true });
});

test('files that git ignores stay out, and what is indexed already is read without asking git', async () => {
  const folder = repository({ '.gitignore': '*.log\n', 'a.log': 'x', 'b.ts': 'x', 'c.log': 'x', 'd.min.js': 'x' });
  expect(await told(folder, ['a.log'], ['a.log', 'b.ts', 'c.log', 'd.min.js'])).toMatchObject({ read: ['a.log', 'b.ts'], removed: [] });
  expect(await told(folder, [], ['a.log', 'b.ts', 'c.log', 'd.min.js'])).toMatchObject({ read: ['b.ts'], removed: [] });
});

test('files of folders that changed places are read, although size and time are those of the file that was there', async () => {
  const folder = repository({ 'a/deep/one.ts': 'let x = 1;', 'b/deep/one.ts': 'let x = 2;', 'c/one.ts': 'let x = 3;' });
  const paths = ['a/deep/one.ts', 'b/deep/one.ts', 'c/one.ts'];
  for (const path of paths) utimesSync(join(folder, path), 1000, 1000);
  const ledger = new Map(paths.map((path) => [path, { ...entry(path), size: 10, mtimeMs: 1_000_000 }]));
  // Any moment between the last change of the files and the change of places, whatever the clock of the file system.
  const ticked = async (): Promise<number> => {
    const before = Math.max(...paths.map((path) => lstatSync(join(folder, path)).ctimeMs));
    const probe = join(folder, '.git', 'probe');
    for (;;) {
      writeFileSync(probe, '');
      const now = lstatSync(probe).ctimeMs;
      if (now > before) return now;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const checkedMs = await ticked();
  const read = async (): Promise<readonly string[]> => {
    const { plan } = await planFolder(folder, { all: true, paths: [] }, ledger, DEFAULT_FILE_SETTINGS, checkedMs);
    return plan.read.map(({ path }) => path).sort();
  };
  expect(await read()).toEqual([]);
  for (const [from, to] of [
    ['a', 'aside'],
    ['b', 'a'],
    ['aside', 'b'],
  ] as const)
    renameSync(join(folder, from), join(folder, to));
  expect(await read()).toEqual(['a/deep/one.ts', 'b/deep/one.ts']);
});

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { meaningOf } from '../../src/core/changes.ts';
import { createChangeBatch } from '../../src/host/folders/changeBatch.ts';
import { outsideGitDir } from '../../src/host/folders/gitHead.ts';
import { indexDirOf } from '../../src/host/folders/indexDir.ts';
import { riskOf } from '../../src/host/folders/riskyRoot.ts';

const LINUX = { home: '/home/ada', platform: 'linux' } as const;
const WINDOWS = { home: 'C:\\Users\\ada', platform: 'win32' } as const;

test.each([
  ['/home/ada', LINUX, true],
  ['/home/ada/', LINUX, true],
  ['/home', LINUX, true],
  ['/', LINUX, true],
  ['/home/ada/project', LINUX, false],
  ['/home/adam', LINUX, false],
  ['/srv/code', LINUX, false],
  ['C:\\', WINDOWS, true],
  ['d:\\', WINDOWS, true],
  ['c:\\users\\ADA', WINDOWS, true],
  ['C:\\Users\\ada\\project', WINDOWS, false],
  ['/', { home: '', platform: 'linux' } as const, true],
  ['/srv', { home: '', platform: 'linux' } as const, false],
])('%s is asked about first: %o', (folder, places, risky) => {
  expect(riskOf(folder, places) !== undefined).toBe(risky);
});

test.each([
  ['src/a.ts', 'path'],
  ['src', 'path'],
  ['', 'everything'],
  ['.git/HEAD', 'everything'],
  ['.git/index.lock', 'nothing'],
  ['.git', 'everything'],
  ['.git/info/exclude', 'everything'],
  ['vendor/lib/.git', 'everything'],
  ['vendor/lib/.git/HEAD', 'everything'],
  ['vendor/lib/.git/index', 'nothing'],
  ['.gitmodules', 'everything'],
  ['lib/.ignore', 'everything'],
  ['.gitignore', 'everything'],
  ['pkg/.quarryignore', 'everything'],
  ['.github/workflows/ci.yml', 'path'],
  ['docs/.git/HEAD.md', 'nothing'],
])('a change of %j means %s', (changed, meaning) => {
  expect(meaningOf(changed)).toBe(meaning);
});

describe('changes are delivered together', () => {
  const delivered = (paths: readonly string[]) =>
    new Promise<readonly string[]>((resolve) => {
      const batch = createChangeBatch(resolve);
      for (const changed of paths) batch.add(changed);
    });

  test('each once', async () => {
    expect(await delivered(['a.ts', 'b.ts', 'a.ts'])).toEqual(['a.ts', 'b.ts']);
  });
  test('as everything when one of them decides about others', async () => {
    expect(await delivered(['a.ts', '.gitignore'])).toEqual([]);
  });
  test('as everything when there are very many', async () => {
    expect(await delivered(Array.from({ length: 1001 }, (_, index) => `${index}.ts`))).toEqual([]);
  });
});

test('two folders never share an index, and one folder keeps its own', () => {
  const dirs = ['/a/app', '/b/app', '/a/app/', '/a/ä p%p'].map((folder) => indexDirOf('/store', folder));
  expect(dirs[0]).not.toBe(dirs[1]);
  expect(dirs[0]).toBe(dirs[2]);
  for (const dir of dirs) expect(path.basename(dir)).toMatch(/^[\w.-]+$/);
});

describe('HEAD outside the folder', () => {
  const made: string[] = [];
  const folder = () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-head-'));
    made.push(dir);
    return dir;
  };
  afterEach(() => {
    for (const dir of made.splice(0)) fs.rmSync(dir, { recursive: true });
  });

  test('none when it is in the folder', async () => {
    const root = folder();
    fs.mkdirSync(path.join(root, '.git'));
    expect(await outsideGitDir(root)).toBeUndefined();
  });
  test('that of the work tree above', async () => {
    const root = folder();
    fs.mkdirSync(path.join(root, '.git'));
    fs.mkdirSync(path.join(root, 'a/b'), { recursive: true });
    expect(await outsideGitDir(path.join(root, 'a/b'))).toBe(path.join(root, '.git'));
  });
  test('that of a linked work tree', async () => {
    const root = folder();
    fs.writeFileSync(path.join(root, '.git'), 'gitdir: /repo/.git/worktrees/side\n');
    expect(await outsideGitDir(root)).toBe('/repo/.git/worktrees/side');
  });
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recentlyCommitted } from '../../src/files/recent.ts';
import { commitAll, git, repository, temporaryFolder, writeTree } from './filesTree.ts';

/** Which files people worked on, for indexing them first. */

test('what was committed last comes first, as seen from the folder', async () => {
  const folder = repository({ 'pkg/old.ts': '1', 'pkg/größe.ts': '1', 'other.ts': '1' });
  commitAll(folder);
  writeTree(folder, { 'pkg/new.ts': '1' });
  commitAll(folder);
  expect(await recentlyCommitted(folder)).toEqual(['pkg/new.ts', 'other.ts', 'pkg/größe.ts', 'pkg/old.ts']);
  expect(await recentlyCommitted(join(folder, 'pkg'))).toEqual(['new.ts', 'größe.ts', 'old.ts']);
});

test('a file of many commits counts once, and without commits there are none', async () => {
  const folder = repository({ 'a.ts': '1' });
  expect(await recentlyCommitted(folder)).toEqual([]);
  for (const text of ['2', '3']) {
    writeTree(folder, { 'a.ts': text });
    commitAll(folder);
  }
  git(folder, 'mv', 'a.ts', 'b.ts');
  commitAll(folder);
  expect((await recentlyCommitted(folder)).toSorted()).toEqual(['a.ts', 'b.ts']);
  expect(await recentlyCommitted(temporaryFolder())).toEqual([]);
});

test('a commit of hundreds of files says nothing', async () => {
  const folder = repository(Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`all/${at}.ts`, '1'])));
  commitAll(folder);
  expect(await recentlyCommitted(folder)).toEqual([]);
  writeTree(folder, { 'all/7.ts': '2' });
  commitAll(folder);
  expect(await recentlyCommitted(folder)).toEqual(['all/7.ts']);
});

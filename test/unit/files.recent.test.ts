import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
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

describe.skipIf(process.platform === 'win32')('runs no program that the repository configures', () => {
  /** A repository with one commit, and a program in it that leaves a file behind when it runs. */
  function hostile(): { folder: string; program: string; ran: () => boolean } {
    const folder = repository({ 'a.ts': '1' });
    commitAll(folder);
    const program = join(folder, '.git/evil');
    writeTree(folder, { '.git/evil': '#!/bin/sh\ntouch "$0.ran"\nexit 1\n' });
    chmodSync(program, 0o755);
    return { folder, program, ran: () => existsSync(`${program}.ran`) };
  }

  /** The same with a wrapper around git, as old versions do not know of the variable that stops them from fetching. */
  function useOldGit(): void {
    const place = temporaryFolder();
    const real = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    writeTree(place, { git: `#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec '${real}' "$@"\n` });
    chmodSync(join(place, 'git'), 0o755);
    vi.stubEnv('PATH', `${place}${delimiter}${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
  }

  test('to check a signature', async () => {
    const { folder, program, ran } = hostile();
    const commit = git(folder, 'cat-file', 'commit', 'HEAD');
    const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n';
    writeTree(folder, { '.git/signed': commit.replace(/^(committer .*\n)/mu, `$1${signature}`) });
    git(folder, 'update-ref', 'HEAD', git(folder, 'hash-object', '-t', 'commit', '-w', '.git/signed').trim());
    git(folder, 'config', 'log.showSignature', 'true');
    git(folder, 'config', 'gpg.program', program);
    git(folder, 'log');
    expect(ran(), 'git itself runs it').toBe(true);
    rmSync(`${program}.ran`);
    expect(await recentlyCommitted(folder)).toEqual(['a.ts']);
    expect(ran()).toBe(false);
  });

  test('to fetch what is missing', async () => {
    const { folder, program, ran } = hostile();
    const tree = git(folder, 'rev-parse', 'HEAD^{tree}').trim();
    rmSync(join(folder, '.git/objects', tree.slice(0, 2), tree.slice(2)));
    git(folder, 'config', 'core.repositoryFormatVersion', '1');
    git(folder, 'config', 'extensions.partialClone', 'origin');
    git(folder, 'config', 'remote.origin.promisor', 'true');
    git(folder, 'config', 'remote.origin.url', `ext::${program.replaceAll(' ', '% ')}`);
    git(folder, 'config', 'protocol.ext.allow', 'always');
    expect(() => git(folder, 'log', '--name-only')).toThrow();
    expect(ran(), 'git itself runs it').toBe(true);
    rmSync(`${program}.ran`);
    useOldGit();
    expect(await recentlyCommitted(folder)).toEqual([]);
    expect(ran()).toBe(false);
  });
});

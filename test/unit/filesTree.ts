import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real temporary folder (real path) that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quarry files ')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files given as path and content. */
export function writeTree(folder: string, tree: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const IDENTITY = [
  '-c',
  'user.name=Test',
  '-c',
  'user.email=test@example.invalid',
  '-c',
  'commit.gpgsign=false',
  '-c',
  'init.defaultBranch=main',
];

/** Runs git as a person would; answers with what it printed. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', [...IDENTITY, '-c', 'protocol.file.allow=always', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A folder with these files that is a git repository; nothing is committed. */
export function repository(tree: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  git(folder, 'init', '-q');
  writeTree(folder, tree);
  return folder;
}

export function commitAll(folder: string): void {
  git(folder, 'add', '-A', '-f');
  git(folder, 'commit', '-qm', 'all');
}

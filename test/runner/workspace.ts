import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { repository } from './server.ts';

export interface Workspace {
  /** Real path of the copy. */
  readonly folder: string;
  readonly remove: () => void;
}

/** A temporary copy of the fixture workspace, committed into a git repository of its own. */
export function copyWorkspace(): Workspace {
  const home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-workspace-')));
  const folder = path.join(home, 'workspace');
  fs.cpSync(path.join(repository, 'test/fixtures/workspace'), folder, { recursive: true });
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd: folder, stdio: 'pipe' });
  };
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=Everything');
  const remove = (): void => {
    process.off('exit', remove);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  return { folder, remove };
}

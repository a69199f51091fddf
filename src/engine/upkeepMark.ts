import { rmSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityIn, identityOf, isAlive } from './processIdentity.ts';

/**
 * `upkeep.json` beside the writer's lock names the process that does the upkeep on behalf of the lock's owner. It ends with that one, but not
 * in the same moment: whoever takes the lock of a dead owner over waits until no one else writes.
 */
export const UPKEEP_MARK = 'upkeep.json';

/** A process that is gone takes this long to notice that its engine is, and to end, at most. */
const PATIENCE_MS = 5000;
const LOOK_MS = 10;

/** Names the process; to be called before it gets anything to do. Synchronous, so that nothing comes in between. */
export function markUpkeep(indexDir: string, pid: number): void {
  writeFileSync(join(indexDir, UPKEEP_MARK), JSON.stringify(identityOf(pid)));
}

/** It has ended. */
export function unmarkUpkeep(indexDir: string): void {
  try {
    rmSync(join(indexDir, UPKEEP_MARK), { force: true });
  } catch {
    // On a disk that takes no changes any more: the mark then names a process that is gone, and keeps nobody waiting.
  }
}

/** Settles when the upkeep of a dead owner of the lock has ended, which it is made to do where it can be told from other processes. */
export async function endUpkeepOfTheDead(indexDir: string): Promise<void> {
  const path = join(indexDir, UPKEEP_MARK);
  const left = identityIn(await readFile(path, 'utf8').catch(() => ''));
  if (left !== undefined) {
    const until = Date.now() + PATIENCE_MS;
    while (isAlive(left) && Date.now() < until) {
      if (left.started !== '') kill(left.pid);
      await sleep(LOOK_MS);
    }
  }
  await rm(path, { force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended, or it is another user's and ends by itself.
  }
}

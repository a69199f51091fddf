import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The one writer of an index. Everybody else reads and follows. */
export interface WriterLock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly started: string;
}

const LOCK_FILE = 'writer.lock';

/**
 * Takes the lock in `dir`, or returns undefined while another living process holds it. A lock whose owner died
 * (kill -9, power cut) is taken over at once: liveness is asked of the system and never guessed from times.
 */
export async function takeWriterLock(dir: string): Promise<WriterLock | undefined> {
  const path = join(dir, LOCK_FILE);
  const mine: Owner = { pid: process.pid, started: startOf(process.pid) };
  const draft = `${path}.${process.pid}.${Date.now()}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linked(draft, path)) return { release: () => releaseIfMine(path, mine) };
      const owner = await readOwner(path);
      if (owner !== undefined && isAlive(owner)) return undefined;
      await moveStaleAway(path, `${draft}.stale`);
    }
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Who holds the lock in `dir`: undefined while there is none; `alive` is false for one that a crash left behind. */
export async function readWriter(dir: string): Promise<{ readonly pid: number; readonly alive: boolean } | undefined> {
  const owner = await readOwner(join(dir, LOCK_FILE));
  return owner === undefined ? undefined : { pid: owner.pid, alive: isAlive(owner) };
}

/**
 * Only one of several claimants can move a stale lock away; the others find it gone and try again. Between the look and
 * the move another claimant may have become the owner: what was moved is looked at again and put back then.
 */
async function moveStaleAway(path: string, aside: string): Promise<void> {
  await rename(path, aside).catch(ignoreMissing);
  const moved = await readOwner(aside);
  if (moved !== undefined && isAlive(moved)) await linked(aside, path);
  await rm(aside, { force: true });
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' ? { pid: owner.pid, started: owner.started ?? '' } : undefined;
  } catch {
    // Gone in the meantime, or damaged: both mean that nobody holds it.
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return owner.started === '' || startOf(owner.pid) === owner.started;
}

/** The process's start time in clock ticks since boot, where the system tells it (Linux); else empty. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // No /proc on this system: the number alone has to do.
    return '';
  }
}

async function releaseIfMine(path: string, mine: Owner): Promise<void> {
  const owner = await readOwner(path);
  if (owner?.pid === mine.pid && owner.started === mine.started) await rm(path, { force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityIn, identityOf, isAlive, type ProcessIdentity } from './processIdentity.ts';
import { endUpkeepOfTheDead } from './upkeepMark.ts';

/** The one writer of an index. Everybody else reads and follows. */
export interface WriterLock {
  release(): Promise<void>;
}

const LOCK_FILE = 'writer.lock';
const CLAIM = `${LOCK_FILE}.after-`;
/** Processes that died one after the other while they took the lock over. */
const MOST_DEATHS = 8;

/**
 * Takes the lock in `dir`, or returns undefined while another living process holds it. A lock whose owner died
 * (kill -9, power cut) is taken over at once: liveness is asked of the system and never guessed from times.
 */
export async function takeWriterLock(dir: string): Promise<WriterLock | undefined> {
  const path = join(dir, LOCK_FILE);
  const mine = identityOf(process.pid);
  const draft = `${path}.${process.pid}.${Date.now()}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await linked(draft, path)) return { release: () => releaseIfMine(path, mine) };
      const stale = await readText(path);
      // It was released in the meantime.
      if (stale === undefined) continue;
      const owner = identityIn(stale);
      if (owner !== undefined && isAlive(owner)) return undefined;
      if (await takenOver(dir, draft, stale)) return { release: () => releaseIfMine(path, mine) };
    }
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Of all who find the same dead owner one may put its own lock in place of the stale one: whoever links the claim on it first. Claims go
 * only after the lock has another owner, so who claims late sees that owner and lets go. A claim whose own process died stands for the
 * dead owner in turn. True when the lock is this process's own, and nothing that the dead one has started writes any more.
 */
async function takenOver(dir: string, draft: string, stale: string): Promise<boolean> {
  const path = join(dir, LOCK_FILE);
  const claim = await claimed(dir, draft, identityIn(stale));
  if (claim === undefined) return false;
  if ((await readText(path)) !== stale) {
    await rm(claim, { force: true });
    return false;
  }
  const lock = `${draft}.lock`;
  await link(draft, lock);
  await rename(lock, path);
  await endUpkeepOfTheDead(dir);
  // From here on no claim is worth anything.
  for (const name of await readdir(dir)) if (name.startsWith(CLAIM)) await rm(join(dir, name), { force: true });
  return true;
}

/** The claim that this process was the first to link; undefined when another one, which lives, was first. */
async function claimed(dir: string, draft: string, stale: ProcessIdentity | undefined): Promise<string | undefined> {
  let dead = stale;
  for (let deaths = 0; deaths < MOST_DEATHS; deaths++) {
    const claim = join(dir, `${CLAIM}${dead === undefined ? 'damaged' : `${dead.pid}-${dead.started}`}`);
    if (await linked(draft, claim)) return claim;
    const claimant = identityIn((await readText(claim)) ?? '');
    if (claimant === undefined || isAlive(claimant)) return undefined;
    dead = claimant;
  }
  return undefined;
}

/** Who holds the lock in `dir`: undefined while there is none; `alive` is false for one that a crash left behind. */
export async function readWriter(dir: string): Promise<{ readonly pid: number; readonly alive: boolean } | undefined> {
  const owner = await readOwner(join(dir, LOCK_FILE));
  return owner === undefined ? undefined : { pid: owner.pid, alive: isAlive(owner) };
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

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  return identityIn((await readText(path)) ?? '');
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Gone in the meantime, or not for this user to read: neither is a lock to take over.
    return undefined;
  }
}

async function releaseIfMine(path: string, mine: ProcessIdentity): Promise<void> {
  const owner = await readOwner(path);
  if (owner?.pid === mine.pid && owner.started === mine.started) await rm(path, { force: true });
}

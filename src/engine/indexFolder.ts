import { readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesBelow, dropStore, generationName, recordedGenerations } from '../store/index.ts';
import { statisticsFile } from './corpus.ts';
import { lastCheckFile } from './lastCheck.ts';
import { IN_BATCH } from './suspects.ts';
import { UPKEEP_MARK } from './upkeepMark.ts';
import { readWriter } from './writerLock.ts';

/** `folder.json` in an index says whose index it is, so that the index of a folder that is gone can be found. */
const OWNER_FILE = 'folder.json';
/** What the engine keeps in an index beside the store's tables and the lock. */
const BESIDE_THE_STORE = ['in-progress.json', IN_BATCH, 'suspects.json', UPKEEP_MARK, OWNER_FILE];
const OF_A_GENERATION = /^(statistics|checked)(_\w+)?\.(bin|json)$/;

export interface RemovedOrphan {
  readonly folder: string;
  readonly bytes: number;
}

/** Notes which folder the index in `indexDir` belongs to. */
export async function rememberFolder(indexDir: string, folder: string): Promise<void> {
  const path = join(indexDir, OWNER_FILE);
  if ((await folderOf(indexDir)) === folder) return;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ folder }));
  await rename(draft, path);
}

/** Removes what is kept beside the store for generations that are gone. */
export async function sweepBesideStore(indexDir: string): Promise<void> {
  const kept = new Set(
    (await recordedGenerations(indexDir)).flatMap(({ fingerprint }) => {
      const name = generationName(fingerprint);
      return [statisticsFile(name), lastCheckFile(name)];
    }),
  );
  const names = await readdir(indexDir).catch(() => []);
  for (const name of names) if (OF_A_GENERATION.test(name) && !kept.has(name)) await rm(join(indexDir, name), { force: true });
}

/** Removes an index with everything in it; returns the bytes that it took. The caller holds the lock, or knows that nobody does. */
export async function removeIndex(indexDir: string): Promise<number> {
  const bytes = await bytesBelow(indexDir).catch(() => 0);
  await dropStore(indexDir);
  await sweepBesideStore(indexDir);
  for (const name of BESIDE_THE_STORE) await rm(join(indexDir, name), { force: true });
  return bytes;
}

/** Removes the folder of a wiped index, unless something else is in it. */
export async function removeIfEmpty(indexDir: string): Promise<void> {
  await rmdir(indexDir).catch(() => {
    // Somebody else's file, or another window that starts to write: then it stays.
  });
}

/** Removes the indexes directly below `root` whose folders are gone and that nobody writes. What names no folder is left alone. */
export async function removeOrphans(root: string): Promise<readonly RemovedOrphan[]> {
  const removed: RemovedOrphan[] = [];
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const indexDir = join(root, entry.name);
    const folder = await folderOf(indexDir);
    if (folder === undefined || !(await isGone(folder)) || (await readWriter(indexDir))?.alive === true) continue;
    const bytes = await bytesBelow(indexDir).catch(() => 0);
    await rm(indexDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    removed.push({ folder, bytes });
  }
  return removed;
}

async function folderOf(indexDir: string): Promise<string | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(join(indexDir, OWNER_FILE), 'utf8'));
    const named = typeof owner === 'object' && owner !== null && 'folder' in owner ? owner.folder : undefined;
    return typeof named === 'string' ? named : undefined;
  } catch {
    // No index, an index of an earlier version, or a damaged note: nothing is known.
    return undefined;
  }
}

/** Only a folder that certainly is not there counts as gone; one that cannot be looked at does not. */
async function isGone(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generationName } from '../store/index.ts';

/** The file, below the index folder, that says when a generation was compared. */
export function lastCheckFile(generation: string): string {
  return `checked_${generation}.json`;
}

/** File systems stamp with a coarser clock than ours. */
const MARGIN_MS = 2000;

/**
 * When everything in a generation was compared with the disk last (milliseconds since 1970): what changed before that, the ledger knows. 0 when nobody
 * knows, also when the clock was set back since.
 */
export async function readLastCheck(indexDir: string, fingerprint: string): Promise<number> {
  try {
    const value: unknown = JSON.parse(await readFile(join(indexDir, lastCheckFile(generationName(fingerprint))), 'utf8'));
    const at = typeof value === 'object' && value !== null && 'at' in value && typeof value.at === 'number' ? value.at : 0;
    return at <= Date.now() ? at : 0;
  } catch {
    // Missing or damaged: every file is read once more.
    return 0;
  }
}

/** Notes that a look at everything, which began at `startedAt`, is done. */
export async function writeLastCheck(indexDir: string, fingerprint: string, startedAt: number): Promise<void> {
  const path = join(indexDir, lastCheckFile(generationName(fingerprint)));
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ at: startedAt - MARGIN_MS }));
  await rename(draft, path);
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesBelow } from './counting.ts';
import { writeError } from './errors.ts';
import { readIndexFile } from './indexFile.ts';
import { CHUNKS, FILES, lanceFolder, tableName } from './tables.ts';
import type { Generation } from './types.ts';

const REMOVE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;

/** A table is a folder, and removing it needs neither LanceDB nor an intact table. */
const TABLE_FOLDER = /^(chunks|files)_[0-9a-f]{8}\.lance$/;

/** Removes the index of a folder, whatever its state; other files in `dir` stay. Close stores first. */
export async function dropStore(dir: string): Promise<void> {
  try {
    // The description goes first: killed in between, what is left reads as missing.
    await rm(join(dir, 'index.json'), REMOVE);
    await rm(lanceFolder(dir), REMOVE);
  } catch (error) {
    throw writeError(error);
  }
}

/** What lies in the index of a folder, by generation. Needs neither LanceDB nor intact tables. */
export async function listGenerations(dir: string, fingerprint: string): Promise<readonly Generation[]> {
  const own = tableName(CHUNKS, fingerprint).slice(-8);
  const bytes = new Map<string, number>();
  for (const table of (await readdir(lanceFolder(dir)).catch(() => [])).filter((name) => TABLE_FOLDER.test(name))) {
    const name = table.slice(-'12345678.lance'.length, -'.lance'.length);
    // A table may be removed while it is walked.
    bytes.set(name, (bytes.get(name) ?? 0) + (await bytesBelow(join(lanceFolder(dir), table)).catch(() => 0)));
  }
  return [...bytes].map(([name, size]) => ({ name, bytes: size, current: name === own }));
}

/** Removes the tables of every other generation. An index of a newer format is left alone. */
export async function dropOtherGenerations(dir: string, fingerprint: string): Promise<void> {
  if ((await readIndexFile(dir)).state !== 'read') return;
  const own = new Set([CHUNKS, FILES].map((kind) => `${tableName(kind, fingerprint)}.lance`));
  const others = (await readdir(lanceFolder(dir)).catch(() => [])).filter((name) => TABLE_FOLDER.test(name) && !own.has(name));
  try {
    for (const name of others) await rm(join(lanceFolder(dir), name), REMOVE);
  } catch (error) {
    throw writeError(error);
  }
}

/** Removes what an unfinished creation left of one generation. */
export async function dropGeneration(dir: string, fingerprint: string): Promise<void> {
  for (const kind of [CHUNKS, FILES]) await rm(join(lanceFolder(dir), `${tableName(kind, fingerprint)}.lance`), REMOVE);
}

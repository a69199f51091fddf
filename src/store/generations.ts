import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesBelow } from './bytes.ts';
import { writeError } from './errors.ts';
import { changeIndexFile, type GenerationRecord, readIndexFile, recordsOf } from './indexFile.ts';
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
  const own = generationName(fingerprint);
  const bytes = new Map<string, number>();
  for (const table of (await readdir(lanceFolder(dir)).catch(() => [])).filter((name) => TABLE_FOLDER.test(name))) {
    const name = table.slice(-'12345678.lance'.length, -'.lance'.length);
    // A table may be removed while it is walked.
    bytes.set(name, (bytes.get(name) ?? 0) + (await bytesBelow(join(lanceFolder(dir), table)).catch(() => 0)));
  }
  return [...bytes].map(([name, size]) => ({ name, bytes: size, current: name === own }));
}

/** The generations that can be opened, the one in use first; at most two. Empty without an index that this version reads. */
export async function recordedGenerations(dir: string): Promise<readonly GenerationRecord[]> {
  const found = await readIndexFile(dir);
  return found.state === 'read' ? recordsOf(found.file) : [];
}

/** The part of its tables' names that tells a generation from others: eight hexadecimal digits. */
export function generationName(fingerprint: string): string {
  return tableName(CHUNKS, fingerprint).slice(-8);
}

/** Forgets and removes every generation but this one. An index of a newer format is left alone. */
export async function dropOtherGenerations(dir: string, fingerprint: string): Promise<void> {
  await changeIndexFile(dir, (file) => {
    const own = recordsOf(file).find((record) => record.fingerprint === fingerprint);
    return own === undefined ? undefined : { format: file.format, ...own };
  });
  await sweepTables(dir);
}

/** Forgets and removes one generation, whatever its state; without an index that can be read, everything. Close its store first. */
export async function dropGeneration(dir: string, fingerprint: string): Promise<void> {
  const found = await readIndexFile(dir);
  if (found.state === 'newer-format') return;
  const others = found.state === 'read' ? recordsOf(found.file).filter((record) => record.fingerprint !== fingerprint) : [];
  const [kept] = others;
  if (kept === undefined) return dropStore(dir);
  await changeIndexFile(dir, ({ format }) => ({ format, ...kept }));
  await sweepTables(dir);
}

/** Removes tables that `index.json` does not name: of dropped generations, and of creations that were killed half-way. */
export async function sweepTables(dir: string): Promise<void> {
  const found = await readIndexFile(dir);
  if (found.state !== 'read') return;
  const kept = new Set(
    recordsOf(found.file).flatMap(({ fingerprint }) => [CHUNKS, FILES].map((kind) => `${tableName(kind, fingerprint)}.lance`)),
  );
  const tables = (await readdir(lanceFolder(dir)).catch(() => [])).filter((name) => TABLE_FOLDER.test(name));
  try {
    for (const name of tables) if (!kept.has(name)) await rm(join(lanceFolder(dir), name), REMOVE);
  } catch (error) {
    throw writeError(error);
  }
}

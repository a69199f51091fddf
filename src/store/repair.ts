import type { Table } from '@lancedb/lancedb';
import type { KnownFile } from './commit.ts';
import { texts, vectors } from './decode.ts';
import { isOneOf, slices } from './sql.ts';
import type { Tables } from './tables.ts';

export interface Comparison {
  readonly rows: number;
  /** Files whose rows are not exactly those that the ledger promises, or have lost their content. */
  readonly wrongPaths: readonly string[];
}

export interface Repaired {
  readonly removedRows: number;
  readonly forgottenPaths: readonly string[];
}

const PATHS_IN_A_CONDITION = 500;

/** How many rows of each content of a file the chunk table holds. */
async function rowCounts(table: Table): Promise<Map<string, Map<string, number>>> {
  const counts = new Map<string, Map<string, number>>();
  for await (const batch of table.query().select(['path', 'file_hash'])) {
    const hashes = texts(batch, 'file_hash');
    texts(batch, 'path').forEach((path, row) => {
      const ofPath = counts.get(path) ?? new Map<string, number>();
      if (ofPath.size === 0) counts.set(path, ofPath);
      const hash = hashes[row] ?? '';
      ofPath.set(hash, (ofPath.get(hash) ?? 0) + 1);
    });
  }
  return counts;
}

/** How the rows of the chunk table stand to the ledger, and whether each still holds what it must. Reads every row and changes nothing. */
export async function compareTables(tables: Tables, ledger: ReadonlyMap<string, KnownFile>): Promise<Comparison> {
  const counts = await rowCounts(tables.chunks.read);
  let rows = 0;
  const wrong = await spoiledPaths(tables.chunks.read);
  for (const [path, hashes] of counts) {
    const known = ledger.get(path);
    for (const [hash, count] of hashes) {
      rows += count;
      if (known?.hash !== hash) wrong.add(path);
    }
  }
  for (const [path, { hash, chunks }] of ledger) if ((counts.get(path)?.get(hash) ?? 0) !== chunks) wrong.add(path);
  return { rows, wrongPaths: [...wrong].sort() };
}

/**
 * Files with a row whose content a disk has lost: what was zeroed in the middle of a file opens and counts right. No text in the
 * index is empty or holds a NUL, and a vector has the length 1, or 0 where the text has no words.
 */
async function spoiledPaths(table: Table): Promise<Set<string>> {
  const spoiled = new Set<string>();
  for await (const batch of table.query().select(['path', 'text', 'vector'])) {
    const [bodies, embedded] = [texts(batch, 'text'), vectors(batch, 'vector')];
    texts(batch, 'path').forEach((path, row) => {
      const text = bodies[row] ?? '';
      const vector = embedded[row];
      if (text === '' || text.includes('\0') || (vector && !isWhole(vector, text))) spoiled.add(path);
    });
  }
  return spoiled;
}

function isWhole(vector: Float32Array, text: string): boolean {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Math.abs(length - 1) < 0.02 || (length === 0 && !/[a-z]{3}/i.test(text));
}

/**
 * Undoes what a killed commit left: deletes rows of contents that the ledger does not know, and the ledger records (with their
 * rows) of files that do not have exactly the rows they should. Those files are then indexed again.
 */
export async function repairTables(tables: Tables, ledger: ReadonlyMap<string, KnownFile>): Promise<Repaired> {
  const counts = await rowCounts(tables.chunks.write);
  const forgottenPaths = [...ledger].flatMap(([path, { hash, chunks }]) => ((counts.get(path)?.get(hash) ?? 0) === chunks ? [] : [path]));
  const forgotten = new Set(forgottenPaths);
  const emptied = new Set<string>();
  const mixed: string[] = [];
  for (const [path, hashes] of counts) {
    const known = ledger.get(path);
    if (known === undefined || known.chunks === 0 || forgotten.has(path)) emptied.add(path);
    else if (hashes.size > 1) mixed.push(path);
  }
  let removedRows = 0;
  const deleteRows = async (condition: string): Promise<void> => {
    removedRows += (await tables.chunks.write.delete(condition)).numDeletedRows;
  };
  for (const slice of slices([...emptied], PATHS_IN_A_CONDITION)) await deleteRows(isOneOf('path', slice));
  for (const path of mixed) {
    const others = [...(counts.get(path)?.keys() ?? [])].filter((hash) => hash !== ledger.get(path)?.hash);
    await deleteRows(`${isOneOf('path', [path])} AND ${isOneOf('file_hash', others)}`);
  }
  for (const slice of slices(forgottenPaths, PATHS_IN_A_CONDITION)) await tables.files.write.delete(isOneOf('path', slice));
  return { removedRows, forgottenPaths };
}

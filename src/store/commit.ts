import type { Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { encodeRows } from './encode.ts';
import { CHUNK_COLUMNS, FILE_COLUMNS } from './schema.ts';
import { anyOf, isOneOf, slices } from './sql.ts';
import type { Tables } from './tables.ts';
import type { Commit, FileUpdate } from './types.ts';

/** What the writer knows of a file: which rows it left in the tables. */
export interface KnownFile {
  readonly hash: string;
  readonly chunks: number;
}

/** The writer's picture of the tables, kept in step with its commits. */
export interface WriterState {
  readonly files: Map<string, KnownFile>;
  /** Paths that a commit began to write and did not finish: their rows may be there without a ledger record. */
  readonly unsure: Set<string>;
  /** True while the tables may hold rows of paths that nobody knows, from a killed process. */
  mayHoldStrays: boolean;
}

/** Paths in one condition of a delete. */
const PATHS_IN_A_CONDITION = 500;

/**
 * Writes a commit: new chunks, then stale chunks deleted, then the ledger. Rows are only inserted blindly for files that left
 * nothing behind; everything else is merged, so that a commit that is tried again after a failure never doubles a row.
 */
export async function writeCommit(tables: Tables, state: WriterState, dimension: number, commit: Commit): Promise<void> {
  const updates = [...new Map(commit.updates.map((update) => [update.file.path, update])).values()];
  const updated = new Set(updates.map((update) => update.file.path));
  const removed = [...new Set(commit.removed)].filter((path) => !updated.has(path));
  const isNew = (path: string): boolean => !state.mayHoldStrays && !state.files.has(path) && !state.unsure.has(path);
  const allNew = updates.every((update) => isNew(update.file.path));
  const chunks = [...new Map(updates.flatMap((update) => update.chunks).map((row) => [row.id, row])).values()];
  const old = updates.filter((update) => !isNew(update.file.path));
  // Rows of the same content stay unless there may be more of them than now: then the ids decide.
  const mayHaveMore = ({ file }: FileUpdate): boolean => (state.files.get(file.path)?.hash ?? file.hash) === file.hash;
  const stale = [...staleConditions(old, removed, mayHaveMore)];
  for (const path of [...updated, ...removed]) state.unsure.add(path);

  const { native } = tables;
  // An upkeep may have moved the rows since the last commit.
  await Promise.all([tables.chunks.write.checkoutLatest(), tables.files.write.checkoutLatest()]);
  if (chunks.length > 0) await put(tables.chunks.write, 'id', encodeRows(native, CHUNK_COLUMNS, chunks, dimension), allNew);
  for (const condition of stale) await tables.chunks.write.delete(condition);
  if (updates.length > 0) {
    const rows = updates.map((update) => update.file);
    await put(tables.files.write, 'path', encodeRows(native, FILE_COLUMNS, rows, dimension), allNew);
  }
  for (const slice of slices(removed, PATHS_IN_A_CONDITION)) await tables.files.write.delete(isOneOf('path', slice));

  for (const { file } of updates) state.files.set(file.path, { hash: file.hash, chunks: file.chunks });
  for (const path of removed) state.files.delete(path);
  for (const path of [...updated, ...removed]) state.unsure.delete(path);
}

async function put(table: Table, key: string, rows: ArrowTable, allNew: boolean): Promise<void> {
  if (allNew) await table.add(rows);
  else await table.mergeInsert(key).whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
}

/** The rows that a commit leaves behind: of other contents of the updated files, and all of the removed ones. */
function* staleConditions(
  updates: readonly FileUpdate[],
  removed: readonly string[],
  mayHaveMore: (update: FileUpdate) => boolean,
): Generator<string> {
  const emptied = updates.filter((update) => !keepsRows(update)).map((update) => update.file.path);
  for (const slice of slices([...removed, ...emptied], PATHS_IN_A_CONDITION)) yield isOneOf('path', slice);
  for (const slice of slices(updates.filter(keepsRows), PATHS_IN_A_CONDITION)) {
    const paths = slice.map(({ file }) => file.path);
    // Lists are looked up; the same as alternatives joined by OR takes LanceDB a hundred times as long.
    const kept = slice.map(({ file }) => `${file.hash} ${file.path}`);
    const others = [`NOT ${isOneOf("concat(file_hash, ' ', path)", kept)}`];
    const same = slice.filter((update) => update.chunks.length > 0 && mayHaveMore(update));
    if (same.length > 0) {
      const samePaths = same.map(({ file }) => file.path);
      const ids = same.flatMap(({ chunks }) => chunks.map((row) => row.id));
      others.push(`(${isOneOf('path', samePaths)} AND NOT ${isOneOf('id', ids)})`);
    }
    yield `${isOneOf('path', paths)} AND ${anyOf(others)}`;
  }
}

/** A file without chunks keeps no rows; one whose record alone is renewed keeps those it has. */
function keepsRows({ file, chunks }: FileUpdate): boolean {
  return chunks.length > 0 || (file.state === 'indexed' && file.chunks > 0);
}

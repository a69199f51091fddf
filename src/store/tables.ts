import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { readError, StoreDamagedError, writeError } from './errors.ts';
import { loadNative, type Native } from './native.ts';
import { arrowSchema, CHUNK_COLUMNS, type Column, describeSchema, FILE_COLUMNS, FORMAT } from './schema.ts';
import type { TableKind } from './upkeepPort.ts';

/**
 * One table three times: readers, writers and the upkeep have handles of their own, so that a search sees the last whole commit and
 * never waits for the one that is running, and a commit never waits for an index that is being built.
 */
export interface TableHandles {
  readonly read: Table;
  readonly write: Table;
  readonly upkeep: Table;
}

export interface Tables {
  readonly native: Native;
  readonly chunks: TableHandles;
  readonly files: TableHandles;
  readonly close: () => void;
}

/** LanceDB would keep up to 6 GB of indexes and 1 GB of metadata in memory, also those of versions that nobody reads any more. */
const INDEX_CACHE_BYTES = 256n * 1024n * 1024n;
const METADATA_CACHE_BYTES = 64n * 1024n * 1024n;
/** Work on a whole table reads everything once. */
const CACHE_BYTES_FOR_WORK = 16n * 1024n * 1024n;

export const CHUNKS: TableKind = 'chunks';
export const FILES: TableKind = 'files';

export function lanceFolder(dir: string): string {
  return join(dir, 'lance');
}

/** `chunks_1a2b3c4d`: the tables of a generation carry its fingerprint and the format of their columns in their names. */
export function tableName(kind: TableKind, fingerprint: string): string {
  return `${kind}_${createHash('sha256').update(`${FORMAT} ${fingerprint}`).digest('hex').slice(0, 8)}`;
}

async function connect(
  dir: string,
  caches: readonly [bigint, bigint] = [INDEX_CACHE_BYTES, METADATA_CACHE_BYTES],
): Promise<{ readonly native: Native; readonly db: Connection }> {
  const native = await loadNative();
  const session = new native.lancedb.Session(...caches);
  return { native, db: await native.lancedb.connect(lanceFolder(dir), {}, session) };
}

/** Opens both tables of a generation. With `create`, those that are missing are made, empty. */
export async function openTables(dir: string, fingerprint: string, dimension: number, create: boolean): Promise<Tables> {
  const { native, db } = await connect(dir);
  try {
    const names = new Set(await db.tableNames());
    const chunks = await openHandles(native, db, names, tableName(CHUNKS, fingerprint), CHUNK_COLUMNS, dimension, create);
    const files = await openHandles(native, db, names, tableName(FILES, fingerprint), FILE_COLUMNS, dimension, create);
    const close = (): void => {
      for (const { read, write, upkeep } of [chunks, files]) for (const table of [read, write, upkeep]) table.close();
      db.close();
    };
    return { native, chunks, files, close };
  } catch (error) {
    db.close();
    throw create ? writeError(error) : readError(error);
  }
}

/** Opens one table that is there, with a connection of its own. */
export async function openTable(
  dir: string,
  fingerprint: string,
  kind: TableKind,
): Promise<{ readonly native: Native; readonly table: Table; readonly close: () => void }> {
  const { native, db } = await connect(dir, [CACHE_BYTES_FOR_WORK, CACHE_BYTES_FOR_WORK]);
  try {
    const table = await db.openTable(tableName(kind, fingerprint));
    const close = (): void => {
      table.close();
      db.close();
    };
    return { native, table, close };
  } catch (error) {
    db.close();
    throw writeError(error);
  }
}

async function openHandles<Row>(
  native: Native,
  db: Connection,
  names: ReadonlySet<string>,
  name: string,
  columns: readonly Column<Row>[],
  dimension: number,
  create: boolean,
): Promise<TableHandles> {
  const schema = arrowSchema(native, columns, dimension);
  if (!names.has(name)) {
    if (!create) throw new StoreDamagedError(`The index has no table ${name}.`);
    (await db.createEmptyTable(name, schema)).close();
  }
  const read = await db.openTable(name);
  if (describeSchema(await read.schema()) !== describeSchema(schema)) {
    read.close();
    throw new StoreDamagedError(`The table ${name} of the index has unexpected columns.`);
  }
  return { read, write: await db.openTable(name), upkeep: await db.openTable(name) };
}

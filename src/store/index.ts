import { mkdir } from 'node:fs/promises';
import type { Query } from '@lancedb/lancedb';
import { bytesBelow } from './bytes.ts';
import { chunkQueries } from './chunkQueries.ts';
import { collect } from './collect.ts';
import { counting } from './counting.ts';
import { readError, StoreDamagedError, StoreUnavailableError, StoreWriteError, writeError } from './errors.ts';
import { fileQueries } from './fileQueries.ts';
import {
  dropGeneration,
  dropOtherGenerations,
  dropStore,
  generationName,
  listGenerations,
  recordedGenerations,
  sweepTables,
} from './generations.ts';
import { type GenerationRecord, type IndexFile, readIndexFile, recordsOf, writeIndexFile } from './indexFile.ts';
import { FORMAT } from './schema.ts';
import { textQuery } from './search.ts';
import { Session } from './session.ts';
import { isOneOf } from './sql.ts';
import { openTables, type Tables } from './tables.ts';
import type { IndexStore, OpenStoreOptions, StoreState } from './types.ts';
import { doUpkeepJob } from './upkeepJob.ts';
import { UpkeepDiedError, UpkeepInterruptedError } from './upkeepPort.ts';
import { writing } from './writing.ts';

export { passes } from './filter.ts';
export type { GenerationRecord } from './indexFile.ts';
export { loadNative } from './native.ts';
export {
  bytesBelow,
  doUpkeepJob,
  dropGeneration,
  dropOtherGenerations,
  dropStore,
  generationName,
  listGenerations,
  recordedGenerations,
  StoreDamagedError,
  StoreUnavailableError,
  StoreWriteError,
  UpkeepDiedError,
  UpkeepInterruptedError,
};

/**
 * How the index in `dir` stands to this version and to `fingerprint`. Writes nothing. For `ready` it has opened the tables and
 * touched every part of them, so that most damage shows here.
 */
export async function inspectStore(dir: string, fingerprint: string): Promise<{ readonly state: StoreState; readonly detail: string }> {
  const found = await readIndexFile(dir);
  if (found.state === 'older-format') return { state: 'other-fingerprint', detail: found.detail };
  if (found.state !== 'read') return { state: found.state, detail: found.detail };
  const record = recordsOf(found.file).find((one) => one.fingerprint === fingerprint);
  if (record === undefined) return { state: 'other-fingerprint', detail: `built with ${found.file.fingerprint}` };
  try {
    const tables = await openTables(dir, fingerprint, record.dimension, false);
    try {
      await selfTest(tables);
    } finally {
      tables.close();
    }
    return { state: 'ready', detail: '' };
  } catch (error) {
    const problem = readError(error);
    // The machine is in the way (permission, open files): nothing is known to be wrong with the data.
    if (!(problem instanceof StoreDamagedError)) throw problem;
    return { state: 'damaged', detail: problem.message };
  }
}

/** `inspectStore` for a generation that is named later: the one in use is looked at already now, as it is mostly the one. */
export function inspectEarly(dir: string): (fingerprint: string) => ReturnType<typeof inspectStore> {
  const inUse = readIndexFile(dir)
    .then(async (found) => {
      const fingerprint = found.state === 'read' ? found.file.fingerprint : '';
      const { state } = await inspectStore(dir, fingerprint);
      return state === 'ready' ? fingerprint : undefined;
    })
    // What is wrong is found again when it is asked for.
    .catch(() => undefined);
  return async (wanted) => ((await inUse) === wanted ? { state: 'ready', detail: '' } : inspectStore(dir, wanted));
}

/** Reads a narrow column of every part and asks every index: what is truncated or missing fails here, though it opens and counts right. */
async function selfTest({ native, chunks, files }: Tables): Promise<void> {
  const rowsOf = async (query: Query): Promise<number> => (await collect(query, (batch) => new Array(batch.numRows))).length;
  for (const { table, narrow, keys } of [
    { table: chunks.read, narrow: 'part', keys: ['id', 'path'] },
    { table: files.read, narrow: 'chunks', keys: ['path'] },
  ]) {
    const rows = await rowsOf(table.query().select([narrow]));
    if (rows !== (await table.countRows())) throw new StoreDamagedError(`The table ${table.name} has lost rows.`);
    for (const key of keys)
      await rowsOf(
        table
          .query()
          .where(isOneOf(key, ['']))
          .select([narrow]),
      );
    if (rows > 0) await rowsOf(textQuery(native, table, 'test', 1, undefined).select([narrow]));
  }
}

/**
 * Opens a generation of the index in `options.dir`; with `write` it is made when it is missing. Throws `StoreUnavailableError`
 * for an index of a newer format or none to read, `StoreDamagedError` for one to drop, and `StoreWriteError` when `dir` cannot be written.
 */
export async function openStore(options: OpenStoreOptions): Promise<IndexStore> {
  if (options.dimension < 8 || options.dimension % 8 !== 0) {
    throw new RangeError(`The dimension ${options.dimension} is not divisible by eight.`);
  }
  const found = await readIndexFile(options.dir);
  if (found.state === 'newer-format') {
    throw new StoreUnavailableError(`The index in ${options.dir} was written by a newer version (${found.detail}).`);
  }
  const session = options.write
    ? await openForWriting(options, found.state === 'read' ? found.file : undefined)
    : await openForReading(options);
  return {
    dimension: options.dimension,
    get isComplete() {
      return session.isComplete;
    },
    ...chunkQueries(session),
    ...fileQueries(session),
    ...writing(session),
    ...counting(session),
    refresh: () => session.read(() => session.refresh()),
    close: () => session.close(),
  };
}

async function openForReading(options: OpenStoreOptions): Promise<Session> {
  const found = await readIndexFile(options.dir);
  if (found.state === 'damaged') throw new StoreDamagedError(`The index cannot be read: ${found.detail}.`);
  if (found.state !== 'read') throw new StoreUnavailableError(`There is no index to read in ${options.dir}: ${found.detail}.`);
  const record = recordsOf(found.file).find(({ fingerprint }) => fingerprint === options.fingerprint);
  if (record === undefined) throw new StoreUnavailableError(`The index in ${options.dir} was built with other settings.`);
  return new Session(options, await openTables(options.dir, options.fingerprint, options.dimension, false), record);
}

/** Unless it is opened beside another one, the generation comes to the top of `index.json`, and what stays beside it is `keptBeside` it. */
async function openForWriting(options: OpenStoreOptions, file: IndexFile | undefined): Promise<Session> {
  const { dir, fingerprint, dimension, embedder = '', beside = false } = options;
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw writeError(error);
  }
  const records = file === undefined ? [] : recordsOf(file);
  const known = records.find((record) => record.fingerprint === fingerprint);
  if (known === undefined && beside) throw new StoreUnavailableError(`The index in ${dir} has no such generation.`);
  // Without a description, what lies in the folder is of no use to anyone.
  if (file === undefined) await dropStore(dir);
  // A creation that was killed half-way left tables that were never in use.
  else if (known === undefined) await sweepTables(dir);
  const tables = await openTables(dir, fingerprint, dimension, true);
  const record: GenerationRecord = known ?? { fingerprint, dimension, embedder, created: new Date().toISOString(), complete: false };
  if (!beside && file?.fingerprint !== fingerprint) {
    const kept = keptBeside(record, records);
    await writeIndexFile(dir, { format: FORMAT, ...record, ...(kept === undefined ? {} : { older: kept }) });
    await sweepTables(dir);
  }
  return new Session(options, tables, record);
}

/**
 * Of the other generations one stays: the last in use, or the one before it when that was complete and this one is not. A generation
 * without vectors is for emergencies and comes and goes, so it always leaves the last one where it is, however far that had come.
 */
function keptBeside(record: GenerationRecord, records: readonly GenerationRecord[]): GenerationRecord | undefined {
  const [last, before] = records.filter(({ fingerprint }) => fingerprint !== record.fingerprint);
  return record.embedder !== '' && last?.complete === false && before?.complete === true ? before : last;
}

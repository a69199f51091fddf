import type { RecordBatch } from 'apache-arrow';
import { collect } from './collect.ts';
import { FILE_HIT_COLUMNS, FILE_SUMMARY_COLUMNS, fileHits, fileSummaries } from './decode.ts';
import { whereOf } from './filter.ts';
import { bestFirst, checkDimension, textQuery, vectorQuery } from './search.ts';
import type { Session } from './session.ts';
import { isOneOf, slices } from './sql.ts';
import type { FileSummary, IndexStore } from './types.ts';

type FileQueries = Pick<IndexStore, 'ledger' | 'searchFilesByText' | 'searchFilesByVector' | 'fileSummaries' | 'filesByPath' | 'scanFiles'>;

const PATHS_IN_A_QUERY = 500;

/** What the store answers about whole files. */
export function fileQueries(session: Session): FileQueries {
  const { native, files } = session.tables;

  async function byPath<Row extends FileSummary>(
    paths: readonly string[],
    columns: readonly string[],
    decode: (batch: RecordBatch) => Row[],
  ): Promise<readonly Row[]> {
    const rows = new Map<string, Row>();
    for (const slice of slices(paths, PATHS_IN_A_QUERY)) {
      const found = await session.read(() => {
        const query = files.read.query().where(isOneOf('path', slice));
        return collect(query.select([...columns]), decode);
      });
      for (const row of found) rows.set(row.path, row);
    }
    return [...new Set(paths)].flatMap((path) => rows.get(path) ?? []);
  }

  return {
    ledger: async () => {
      const entries = await session.read(() => session.readLedger());
      return entries.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
    },

    searchFilesByText: async (tokens, limit, filter) => {
      if (limit < 1 || tokens.trim() === '') return [];
      return session.read(async () => {
        const where = await whereOf(filter, 'files', session.knownPaths);
        const query = textQuery(native, files.read, tokens, limit, where).select([...FILE_SUMMARY_COLUMNS, '_score']);
        return bestFirst(await collect(query, (batch) => fileSummaries(batch, 'bm25')));
      });
    },

    searchFilesByVector: async (vector, limit, filter) => {
      if (limit < 1) return [];
      checkDimension(vector, session.options.dimension);
      return session.read(async () => {
        const where = await whereOf(filter, 'files', session.knownPaths);
        const query = vectorQuery(files.read, vector, limit, where, undefined).select([...FILE_SUMMARY_COLUMNS, '_distance']);
        return bestFirst(await collect(query, (batch) => fileSummaries(batch, 'distance')));
      });
    },

    fileSummaries: (paths) => byPath(paths, FILE_SUMMARY_COLUMNS, (batch) => fileSummaries(batch, 'none')),
    filesByPath: (paths) => byPath(paths, FILE_HIT_COLUMNS, fileHits),

    scanFiles: async (onBatch) => {
      let told = 0;
      await session.read(async () => {
        // A second attempt goes on after the rows that the first one told.
        for await (const batch of files.read
          .query()
          .select([...FILE_SUMMARY_COLUMNS])
          .offset(told)) {
          onBatch(fileSummaries(batch, 'none'));
          told += batch.numRows;
        }
      });
    },
  };
}

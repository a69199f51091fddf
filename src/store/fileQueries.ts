import type { RecordBatch } from 'apache-arrow';
import { collect } from './collect.ts';
import { FILE_HIT_COLUMNS, FILE_SUMMARY_COLUMNS, fileHits, fileScores, fileSummaries } from './decode.ts';
import { whereOf } from './filter.ts';
import { bestFirst, textQuery } from './search.ts';
import type { Session } from './session.ts';
import { isOneOf, slices } from './sql.ts';
import type { FileSummary, IndexStore } from './types.ts';

type FileQueries = Pick<IndexStore, 'ledger' | 'searchFilesByText' | 'fileSummaries' | 'filesByPath' | 'scanFiles'>;

const PATHS_IN_A_QUERY = 500;
/** With two vectors of 384 a summary takes 3 kB. */
const MOST_SUMMARIES = 4000;

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
        const query = textQuery(native, files.read, tokens, limit, where).select(['path', '_score']);
        return bestFirst(await collect(query, fileScores));
      });
    },

    fileSummaries: async (paths) => {
      const known = session.summaries;
      if (known.size > MOST_SUMMARIES) known.clear();
      const missing = paths.filter((path) => !known.has(path));
      if (missing.length > 0) for (const row of await byPath(missing, FILE_SUMMARY_COLUMNS, fileSummaries)) known.set(row.path, row);
      return [...new Set(paths)].flatMap((path) => known.get(path) ?? []);
    },
    filesByPath: (paths) => byPath(paths, FILE_HIT_COLUMNS, fileHits),

    scanFiles: async (onBatch) => {
      let told = 0;
      await session.read(async () => {
        // A second attempt goes on after the rows that the first one told.
        for await (const batch of files.read
          .query()
          .select([...FILE_SUMMARY_COLUMNS])
          .offset(told)) {
          onBatch(fileSummaries(batch));
          told += batch.numRows;
        }
      });
    },
  };
}

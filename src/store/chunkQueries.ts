import { collect } from './collect.ts';
import { CHUNK_HIT_COLUMNS, chunkHits, texts, vectors } from './decode.ts';
import { whereOf } from './filter.ts';
import { bestFirst, checkDimension, textQuery, vectorQuery } from './search.ts';
import type { Session } from './session.ts';
import { isOneOf } from './sql.ts';
import type { ChunkHit, IndexStore } from './types.ts';
import type { VectorTuning } from './upkeepPort.ts';

type ChunkQueries = Pick<IndexStore, 'searchChunksByText' | 'searchChunksByVector' | 'chunksByName' | 'chunksOfFile' | 'scanChunks'>;

/** What the store answers about chunks. */
export function chunkQueries(session: Session): ChunkQueries {
  const { native, chunks } = session.tables;
  return {
    searchChunksByText: async (tokens, limit, filter) => {
      if (limit < 1 || tokens.trim() === '') return [];
      return session.read(async () => {
        const where = await whereOf(filter, 'chunks', session.knownPaths);
        const query = textQuery(native, chunks.read, tokens, limit, where).select([...CHUNK_HIT_COLUMNS, '_score']);
        return bestFirst(await collect(query, (batch) => chunkHits(batch, 'bm25')));
      });
    },

    searchChunksByVector: async (vector, limit, filter) => {
      if (limit < 1) return [];
      checkDimension(vector, session.options.dimension);
      return session.read(async () => {
        const where = await whereOf(filter, 'chunks', session.knownPaths);
        const search = async (tuning: VectorTuning | undefined): Promise<ChunkHit[]> => {
          const query = vectorQuery(chunks.read, vector, limit, where, tuning).select([...CHUNK_HIT_COLUMNS, '_distance']);
          return bestFirst(await collect(query, (batch) => chunkHits(batch, 'distance')));
        };
        const found = await search(session.tuning);
        // The index looks into some partitions only: a narrow filter may have left too few rows there.
        return found.length < limit && session.tuning !== undefined ? search(undefined) : found;
      });
    },

    chunksByName: async (names, limit, filter) => {
      const written = [...new Set(names)].filter((name) => name !== '');
      if (limit < 1 || written.length === 0) return [];
      return session.read(async () => {
        const where = await whereOf(filter, 'chunks', session.knownPaths);
        const anyCase = isOneOf('name_lower', [...new Set(written.map((name) => name.toLowerCase()))]);
        const asWritten = isOneOf('name', written);
        const search = (condition: string, count: number): Promise<ChunkHit[]> => {
          const query = chunks.read.query().where(where === undefined ? condition : `${condition} AND ${where}`);
          return collect(query.select([...CHUNK_HIT_COLUMNS]).limit(count), (batch) => chunkHits(batch, 'none'));
        };
        const found = await search(`${anyCase} AND ${asWritten}`, limit);
        if (found.length < limit) found.push(...(await search(`${anyCase} AND NOT ${asWritten}`, limit - found.length)));
        return found;
      });
    },

    chunksOfFile: async (path) => {
      const rows = await session.read(() => {
        const query = chunks.read.query().where(isOneOf('path', [path]));
        return collect(query.select([...CHUNK_HIT_COLUMNS]), (batch) => chunkHits(batch, 'none'));
      });
      return rows.sort((one, other) => one.startLine - other.startLine || one.part - other.part || one.endLine - other.endLine);
    },

    scanChunks: async (onBatch) => {
      let told = 0;
      await session.read(async () => {
        // A second attempt goes on after the rows that the first one told.
        for await (const batch of chunks.read.query().select(['tokens', 'vector']).offset(told)) {
          const embedded = vectors(batch, 'vector');
          onBatch(texts(batch, 'tokens').map((tokens, row) => ({ tokens, vector: embedded[row] ?? null })));
          told += batch.numRows;
        }
      });
    },
  };
}

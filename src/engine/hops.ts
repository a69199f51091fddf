import { searchTokens } from '../core/identifiers.ts';
import { HOPS, type Hop, namesIn, neighboursOf } from '../core/ranking/hops.ts';
import type { Candidate, CorpusStatistics, FileCandidate, Ranked } from '../core/ranking/types.ts';
import type { ChunkHit, IndexStore, RowFilter } from '../store/types.ts';
import { toCandidate, toFile } from './candidates.ts';

/** Chunks like one answer that are looked at. */
const SIMILAR = 6;
const NAMED = 40;
/** A name in more chunks than this share of the corpus says nothing about where to look. */
const COMMON = 0.02;
const LEAST_COMMON = 20;

export interface HopPool {
  readonly hops: readonly Hop[];
  /** The chunks of the hops that were not in the pool, and the files that hold them. */
  readonly candidates: readonly Candidate[];
  readonly files: readonly FileCandidate[];
}

export interface HopQuery {
  /** The order of the first hop, best first. */
  readonly ranked: readonly Ranked[];
  readonly pool: readonly Candidate[];
  readonly files: readonly FileCandidate[];
  readonly statistics: CorpusStatistics;
  readonly filter: RowFilter;
  /** False leaves out what only the text of a row can tell. */
  readonly isWanted: (row: Candidate) => boolean;
}

/** Follows the best answers to what stands beside them, what they name and what is like them. */
export async function followHops(store: IndexStore, query: HopQuery): Promise<HopPool> {
  const seeds = query.ranked.slice(0, HOPS.seeds).map(({ candidate }) => candidate);
  const known = new Map(query.pool.map((candidate) => [candidate.id, candidate]));
  const kinds = new Set(query.filter.kinds ?? []);
  const take = (hit: ChunkHit): Candidate => known.get(hit.id) ?? toCandidate(hit, 0);
  const found = await Promise.all(
    seeds.map(async (from): Promise<readonly Hop[]> => {
      const names = namesIn(from).filter((name) => isRare(name, query.statistics));
      const [inFile, named, similar] = await Promise.all([
        store.chunksOfFile(from.path),
        names.length === 0 ? [] : store.chunksByName(names, NAMED, query.filter),
        from.vector === null ? [] : store.searchChunksByVector(from.vector, SIMILAR, query.filter),
      ]);
      const beside = neighboursOf(from, inFile).filter(({ kind }) => kinds.size === 0 || kinds.has(kind));
      const hops = (hits: readonly ChunkHit[], kind: Hop['kind']) => hits.map((hit): Hop => ({ candidate: take(hit), from, kind }));
      return [...hops(named, 'named'), ...hops(beside, 'neighbour'), ...hops(similar, 'similar')];
    }),
  );
  const hops = found.flat().filter(({ candidate, from }) => candidate.id !== from.id && query.isWanted(candidate));
  const candidates = new Map<string, Candidate>();
  for (const { candidate } of hops) if (!known.has(candidate.id)) candidates.set(candidate.id, candidate);
  const paths = new Set(query.files.map(({ path }) => path));
  const missing = [...new Set([...candidates.values()].map(({ path }) => path))].filter((path) => !paths.has(path));
  const files = missing.length === 0 ? [] : (await store.fileSummaries(missing)).map((hit) => toFile(hit, 0));
  return { hops, candidates: [...candidates.values()], files };
}

/** By its rarest token, as the whole of a compound name is one as well. */
function isRare(name: string, statistics: CorpusStatistics): boolean {
  const frequencies = searchTokens(name).map((token) => statistics.chunkFrequency(token));
  return frequencies.length > 0 && Math.min(...frequencies) <= Math.max(LEAST_COMMON, statistics.chunks * COMMON);
}

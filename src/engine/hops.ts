import { searchTokens } from '../core/identifiers.ts';
import { HOPS, type Hop, namesIn, neighboursOf } from '../core/ranking/hops.ts';
import type { Candidate, CorpusStatistics, FileCandidate, Ranked } from '../core/ranking/types.ts';
import type { ChunkHit, IndexStore, RowFilter } from '../store/types.ts';
import { toCandidate, toFile } from './candidates.ts';

/** Chunks like one answer that are looked at. */
const SIMILAR = 6;
/** Answers whose like are looked for. */
const LIKENED = 2;
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
  const namers = new Map<string, { readonly name: string; readonly from: Candidate }>();
  for (const from of seeds) {
    for (const name of namesIn(from)) {
      const key = name.toLowerCase();
      if (!namers.has(key) && isRare(name, query.statistics)) namers.set(key, { name, from });
    }
  }
  // One query for all names, one a file and one for each of the first answers: a hop costs about as much as the first search.
  const [named, beside, similar] = await Promise.all([
    namers.size === 0
      ? []
      : store.chunksByName(
          [...namers.values()].map(({ name }) => name),
          NAMED,
          query.filter,
        ),
    Promise.all([...new Set(seeds.map(({ path }) => path))].map((path) => store.chunksOfFile(path))),
    Promise.all(
      seeds.slice(0, LIKENED).map(async (from) => ({
        from,
        hits: from.vector === null ? [] : await store.searchChunksByVector(from.vector, SIMILAR, query.filter),
      })),
    ),
  ]);
  const hop = (hit: ChunkHit, from: Candidate, kind: Hop['kind']): Hop => ({ candidate: take(hit), from, kind });
  const inFiles = beside.flat().filter(({ kind }) => kinds.size === 0 || kinds.has(kind));
  const found: readonly (readonly Hop[])[] = [
    named.flatMap((hit) => {
      const namer = namers.get(hit.name.toLowerCase());
      return namer === undefined ? [] : [hop(hit, namer.from, 'named')];
    }),
    seeds.flatMap((from) => {
      const chunks = inFiles.filter(({ path }) => path === from.path);
      return neighboursOf(from, chunks).map((hit) => hop(hit, from, 'neighbour'));
    }),
    similar.flatMap(({ from, hits }) => hits.map((hit) => hop(hit, from, 'similar'))),
  ];
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

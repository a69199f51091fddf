import type { Candidate, FileCandidate } from '../core/ranking/types.ts';
import type { ChunkHit, FileSummary, IndexStore, RowFilter } from '../store/types.ts';

/** Chunks taken from each of the two searches: the right file is nearly always among the first 80, and 400 gained nothing. */
const CHUNKS = 120;
/** More of them when a condition on the text (a phrase, `sym:`) leaves out some afterwards. */
const CHUNKS_BEFORE_A_CONDITION = 600;
/** Files whose own BM25 counts. */
const FILES = 60;
const NAMED = 60;

export interface CandidateQuery {
  /** Space-separated search tokens; empty leaves full-text search out. */
  readonly tokens: string;
  readonly vector: Float32Array | null;
  /** Names whose definitions join the pool whatever the two searches say. */
  readonly names: readonly string[];
  readonly filter: RowFilter;
  /** Candidates are left out afterwards by what only their text can tell. */
  readonly conditional: boolean;
}

export interface CandidatePool {
  readonly candidates: readonly Candidate[];
  readonly files: readonly FileCandidate[];
}

/** Everything that is worth ranking, from at most five store queries, the first four at the same time. */
export async function gatherCandidates(store: IndexStore, query: CandidateQuery): Promise<CandidatePool> {
  const { tokens, vector, names, filter } = query;
  const chunks = query.conditional ? CHUNKS_BEFORE_A_CONDITION : CHUNKS;
  const none = Promise.resolve([]);
  const [byText, byVector, byName, filesByText] = await Promise.all([
    tokens === '' ? none : store.searchChunksByText(tokens, chunks, filter),
    vector === null ? none : store.searchChunksByVector(vector, chunks, filter),
    names.length === 0 ? none : store.chunksByName(names, NAMED, filter),
    tokens === '' ? none : store.searchFilesByText(tokens, FILES, filter),
  ]);
  const candidates = new Map<string, Candidate>();
  for (const hit of byText) candidates.set(hit.id, toCandidate(hit, hit.hitScore));
  for (const hit of [...byVector, ...byName]) if (!candidates.has(hit.id)) candidates.set(hit.id, toCandidate(hit, 0));
  const scores = new Map(filesByText.map(({ path, hitScore }) => [path, hitScore]));
  const paths = new Set([...candidates.values()].map(({ path }) => path));
  const summaries = paths.size === 0 ? [] : await store.fileSummaries([...paths]);
  return { candidates: [...candidates.values()], files: summaries.map((file) => toFile(file, scores.get(file.path) ?? 0)) };
}

export function toCandidate(hit: ChunkHit, keywordScore: number): Candidate {
  const { hitScore: _, ...row } = hit;
  return { ...row, keywordScore };
}

export function toFile(hit: FileSummary, keywordScore: number): FileCandidate {
  const { path, language, chunks, vector, skeletonVector } = hit;
  return { path, language, chunks, vector, skeletonVector, keywordScore };
}

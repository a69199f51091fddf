import type { Place } from '../core/query/places.ts';
import { definitionFit } from '../core/ranking/exactSymbol.ts';
import type { Candidate, FileCandidate } from '../core/ranking/types.ts';
import { passes } from '../store/index.ts';
import type { ChunkHit, FileSummary, IndexStore, RowFilter } from '../store/types.ts';

/** Chunks taken from each of the two searches: the right file is nearly always among the first 80, and 400 gained nothing. */
const CHUNKS = 120;
/** More of them when a condition on the text (a phrase, `sym:`) leaves out some afterwards. */
const CHUNKS_BEFORE_A_CONDITION = 600;
/** Files whose own BM25 counts. */
const FILES = 60;
const NAMED = 60;
/** Looked through for the ones of a qualified name: nearly every class has an `__init__`. */
const NAMED_IN_ALL = 1000;
const CHUNKS_OF_A_PLACE = 20;

export interface CandidateQuery {
  /** Space-separated search tokens; empty leaves full-text search out. */
  readonly tokens: string;
  readonly vector: Float32Array | null;
  /** Names whose definitions join the pool whatever the two searches say. */
  readonly names: readonly string[];
  /** The name that the whole question is, qualified with dots; empty for other questions. */
  readonly symbol: string;
  /** Places in files of the index whose chunks join the pool too. */
  readonly places: readonly Place[];
  readonly filter: RowFilter;
  /** Candidates are left out afterwards by what only their text can tell. */
  readonly conditional: boolean;
}

export interface CandidatePool {
  readonly candidates: readonly Candidate[];
  readonly files: readonly FileCandidate[];
}

/** Everything that is worth ranking, from at most five store queries, the first four at the same time, and one for each place asked for. */
export async function gatherCandidates(store: IndexStore, query: CandidateQuery): Promise<CandidatePool> {
  const { tokens, vector, names, filter } = query;
  const chunks = query.conditional ? CHUNKS_BEFORE_A_CONDITION : CHUNKS;
  const none = Promise.resolve([]);
  const [byText, byVector, byName, filesByText, byPlace] = await Promise.all([
    tokens === '' ? none : store.searchChunksByText(tokens, chunks, filter),
    vector === null ? none : store.searchChunksByVector(vector, chunks, filter),
    names.length === 0 ? none : definitionsOf(store, query),
    tokens === '' ? none : store.searchFilesByText(tokens, FILES, filter),
    chunksAt(store, query.places, filter),
  ]);
  const candidates = new Map<string, Candidate>();
  for (const hit of byText) candidates.set(hit.id, toCandidate(hit, hit.hitScore));
  for (const hit of [...byVector, ...byName, ...byPlace]) if (!candidates.has(hit.id)) candidates.set(hit.id, toCandidate(hit, 0));
  const scores = new Map(filesByText.map(({ path, hitScore }) => [path, hitScore]));
  const paths = new Set([...candidates.values()].map(({ path }) => path));
  const summaries = paths.size === 0 ? [] : await store.fileSummaries([...paths]);
  return { candidates: [...candidates.values()], files: summaries.map((file) => toFile(file, scores.get(file.path) ?? 0)) };
}

/** Definitions of the names; of a name that hundreds of classes have, those that fit the whole of what was asked. */
async function definitionsOf(store: IndexStore, { names, symbol, filter }: CandidateQuery): Promise<readonly ChunkHit[]> {
  if (!symbol.includes('.')) return store.chunksByName(names, NAMED, filter);
  const found = await store.chunksByName(names, NAMED_IN_ALL, filter);
  const fits = found.map((row) => ({ row, fit: definitionFit({ symbol, names }, row) }));
  return fits
    .sort((one, other) => other.fit - one.fit)
    .slice(0, NAMED)
    .map(({ row }) => row);
}

/** The chunks at these places, as far as the filter lets them through; a place without a line is the beginning of its file. */
async function chunksAt(store: IndexStore, places: readonly Place[], filter: RowFilter): Promise<readonly ChunkHit[]> {
  const paths = [...new Set(places.map(({ path }) => path))];
  const found = await Promise.all(paths.map((path) => store.chunksOfFile(path)));
  const isAt = (row: ChunkHit): boolean =>
    places.some(({ path, line }) => path === row.path && (line === 0 || (row.startLine <= line && line <= row.endLine)));
  return found.flatMap((rows) => rows.filter((row) => isAt(row) && passes(filter, row)).slice(0, CHUNKS_OF_A_PLACE));
}

export function toCandidate(hit: ChunkHit, keywordScore: number): Candidate {
  const { hitScore: _, ...row } = hit;
  return { ...row, keywordScore };
}

export function toFile(hit: FileSummary, keywordScore: number): FileCandidate {
  const { path, language, chunks, vector, skeletonVector } = hit;
  return { path, language, chunks, vector, skeletonVector, keywordScore };
}

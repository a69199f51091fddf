import type { ChunkKind } from '../chunk.ts';
import type { FusionForm } from '../embedder.ts';
import type { Place } from '../query/places.ts';
import type { KnownNames } from './knownNames.ts';

/** A chunk that at least one store query found. */
export interface Candidate {
  readonly id: string;
  readonly path: string;
  readonly language: string;
  readonly kind: ChunkKind;
  readonly symbol: string;
  readonly name: string;
  readonly names: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly part: number;
  readonly text: string;
  readonly tokens: string;
  readonly vector: Float32Array | null;
  /** BM25 as the store gave it; 0 when the full-text query did not return it. */
  readonly keywordScore: number;
}

/** A file that holds a candidate. */
export interface FileCandidate {
  readonly path: string;
  readonly language: string;
  readonly chunks: number;
  readonly vector: Float32Array | null;
  readonly skeletonVector: Float32Array | null;
  /** BM25 over the file's tokens as the store gave it; 0 when the full-text query over files did not return it. */
  readonly keywordScore: number;
}

/** What ranking knows of the whole corpus. It may lag behind the rows a little: it only shapes weights. */
export interface CorpusStatistics {
  readonly chunks: number;
  readonly files: number;
  /** In tokens, fields weighted as in the `tokens` column. */
  readonly averageChunkTokens: number;
  /** Every token that stands in a chunk; without those that stand in one only when there are very many. */
  words(): Iterable<string>;
  /** Number of chunks whose tokens hold this token. */
  chunkFrequency(token: string): number;
  /** Number of files whose own name or folder holds this stemmed word. */
  pathFrequency(word: string): number;
  /** Mean vectors, not normalised; null while there are no vectors. */
  readonly chunkMean: Float32Array | null;
  readonly fileMean: Float32Array | null;
  readonly skeletonMean: Float32Array | null;
}

export interface RankInput {
  readonly question: string;
  readonly candidates: readonly Candidate[];
  readonly files: readonly FileCandidate[];
  readonly statistics: CorpusStatistics;
  /** The question's vector; null in keyword mode. */
  readonly questionVector: Float32Array | null;
  readonly mode: 'hybrid' | 'semantic' | 'keyword';
  readonly rows: 'symbol' | 'file';
  readonly limit: number;
  readonly fusion: FusionForm;
  /** Places that the question names, as `core/query/places.ts` found them among the files of the index; the likeliest first. */
  readonly places?: readonly Place[];
  /** Paths of files that the person works at, such as those in open editors. */
  readonly near?: readonly string[];
  /** Paths of the files that were committed lately, the last first. */
  readonly recent?: readonly string[];
  /** Remembers what names tell from one question to the next; without it each question works it out anew. */
  readonly names?: KnownNames;
  /** Names of stages to leave out. */
  readonly without: ReadonlySet<string>;
}

export interface RankReason {
  readonly signal: string;
  readonly effect: 'score' | 'factor' | 'info';
  readonly value: number;
  readonly detail: string;
}

export interface Ranked {
  readonly candidate: Candidate;
  readonly score: number;
  readonly why: readonly RankReason[];
}

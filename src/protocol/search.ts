import type { ChunkKind } from '../core/chunk.ts';
import type { RerankOptions, SearchMetrics } from './rerank.ts';

export type SearchMode = 'hybrid' | 'semantic' | 'keyword';
/** What the first page is to show: the best places (`symbol`), or many files, each file's further places falling behind (`file`). */
export type RowKind = 'symbol' | 'file';

/** More code than this (in characters) says nothing more about what it does when similar code is looked for. */
export const LONGEST_SIMILAR = 20_000;

export interface SearchFilters {
  /** Language ids such as `typescript`; any of them. */
  readonly languages?: readonly string[];
  /** Globs relative to the folder; a path must match one of them. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly kinds?: readonly ChunkKind[];
}

export interface SearchRequest {
  /** Absolute paths of opened folders; all of them when absent. */
  readonly folders?: readonly string[];
  /** As typed: words, and filters such as `lang:ts` or `path:src/**` anywhere among them. */
  readonly query: string;
  readonly mode: SearchMode;
  readonly limit: number;
  readonly rows: RowKind;
  readonly filters: SearchFilters;
  /** Code to find similar code to; `query` is then only shown. The place itself is left out of the answer. */
  readonly similarTo?: {
    readonly folder?: string;
    readonly path: string;
    readonly startLine: number;
    readonly endLine: number;
    readonly text: string;
  };
  /** 2 lets what the first answers lead to (their neighbours, what they name, what is like them) join; 1 when absent. */
  readonly hops?: 1 | 2;
  /** Paths relative to their folder of files that the person works at; they and what lies beside them get a small advantage. */
  readonly near?: readonly string[];
  /** Names of ranking stages to leave out, for measuring what each is worth. */
  readonly without?: readonly string[];
  /** Asks for the reranked order; the answer waits for it. A face that wants rows at once asks without it first. */
  readonly rerank?: RerankOptions;
}

/** One reason for a hit's place. Scores add up; factors multiply. */
export interface Reason {
  readonly signal: string;
  readonly effect: 'score' | 'factor' | 'info';
  readonly value: number;
  /** In words, for a person: "defines `retryUpload`", "in a test folder". */
  readonly detail: string;
}

export interface SearchHit {
  /** Absolute path of the folder that the hit is in. */
  readonly folder: string;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly symbol: string;
  /** Further names that the chunk defines: members of a small class. */
  readonly names?: readonly string[];
  readonly kind: ChunkKind;
  readonly language: string;
  readonly score: number;
  /** The chunk's own text, lines `startLine..endLine`. */
  readonly text: string;
  /** The line (from 1, in the file) that matches the question best. */
  readonly bestLine: number;
  /** Words of the question found in the text, as they stand there, for marking. */
  readonly matched: readonly string[];
  readonly why: readonly Reason[];
  /** Present when a reranker has read this row. `moved` is the number of places that it went up by (down when negative). */
  readonly reranked?: { readonly score: number; readonly moved: number };
}

export interface SearchResponse {
  readonly hits: readonly SearchHit[];
  /** Wall time in the engine. */
  readonly ms: number;
  readonly timings: Readonly<Record<string, number>>;
  /** What served: `keyword` when meaning was asked for but no vector exists yet. */
  readonly mode: SearchMode;
  /** Share of the known files that are searchable, 0 to 1. */
  readonly coverage: number;
  /** Sentences for a person about what was left out, was not understood, or could be done. */
  readonly notes: readonly string[];
  readonly metrics: SearchMetrics;
}

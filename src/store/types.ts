import type { ChunkKind } from '../core/chunk.ts';
import type { SkipReason } from '../core/files.ts';
import type { UpkeepHelper } from './upkeepPort.ts';

/** One chunk as it stands in the table. `tokens` is what full-text search reads, made by `core/identifiers.ts`. */
export interface ChunkRow {
  /** Unique: path, file hash and ordinal. */
  readonly id: string;
  readonly path: string;
  readonly language: string;
  readonly kind: ChunkKind;
  readonly symbol: string;
  /** Last part of the symbol as written, for finding a definition by name; empty when the chunk defines nothing. */
  readonly name: string;
  /** Further names defined inside, joined with spaces. */
  readonly names: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly part: number;
  readonly doc: string;
  /** Never empty and without NUL: rows that lost their content on a failing disk are told by that. */
  readonly text: string;
  /** Space-separated tokens of body, symbol, path and doc; a token stands as often as its field's weight says. */
  readonly tokens: string;
  readonly fileHash: string;
  /** Unit length, or null while no embedder is there. */
  readonly vector: Float32Array | null;
}

/** The ledger's record of one file. It is written after the file's chunks: what it says is searchable. */
export interface LedgerEntry {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Of the content; empty for a file that was never read. */
  readonly hash: string;
  readonly chunks: number;
  readonly state: 'indexed' | 'skipped' | 'failed';
  readonly skipReason: SkipReason | '';
  readonly error: string;
  readonly attempts: number;
}

/** A ledger record with what ranking needs of the file as a whole; these are empty for skipped and failed files. */
export interface FileRow extends LedgerEntry {
  readonly language: string;
  /** Tokens of the whole file, for full-text search over files. */
  readonly tokens: string;
  /** Path, header comment, symbol names and first doc lines. */
  readonly skeleton: string;
  /** Mean of the chunk vectors weighted by the root of their length, unit length. */
  readonly vector: Float32Array | null;
  readonly skeletonVector: Float32Array | null;
}

/** A file with everything that becomes visible together with it. */
export interface FileUpdate {
  readonly file: FileRow;
  readonly chunks: readonly ChunkRow[];
}

export interface Commit {
  readonly updates: readonly FileUpdate[];
  /** Paths that are gone. */
  readonly removed: readonly string[];
  /** Files that are still to come before the next upkeep; absent when nobody knows. */
  readonly left?: number;
}

/** Conditions pushed down into the store. Globs are matched by the caller's own predicate where SQL cannot. */
export interface RowFilter {
  readonly languages?: readonly string[];
  readonly kinds?: readonly ChunkKind[];
  /** Path prefixes that end in `/` or whole paths; any of them. */
  readonly within?: readonly string[];
  /** Path globs; the store translates what it can (`src/**`, `**\/*.ts`) and over-fetches for the rest. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A chunk that a store query found, with that query's own score (BM25, or cosine similarity -1..1). Its doc is in its text, and not read twice. */
export interface ChunkHit extends Omit<ChunkRow, 'fileHash' | 'doc'> {
  readonly hitScore: number;
}

/** What ranking needs of a file; its tokens stay in the store, because they are as long as the file. */
export interface FileSummary {
  readonly path: string;
  readonly language: string;
  readonly chunks: number;
  readonly vector: Float32Array | null;
  readonly skeletonVector: Float32Array | null;
}

/** A file that the text query found, with its BM25. */
export interface FileScore {
  readonly path: string;
  readonly hitScore: number;
}

export interface FileHit extends FileSummary {
  readonly tokens: string;
  readonly skeleton: string;
}

/** How the index on disk stands to this version and these options. */
export type StoreState = 'missing' | 'ready' | 'other-fingerprint' | 'newer-format' | 'damaged';

export interface StoreCounts {
  readonly files: number;
  readonly chunks: number;
  readonly skipped: number;
  readonly failed: number;
  readonly bytesOnDisk: number;
}

/** The tables of one version and one model, as they lie on disk. */
export interface Generation {
  /** Eight hexadecimal digits of the tables' names. */
  readonly name: string;
  readonly bytes: number;
  /** Whether this version with this model reads it. */
  readonly current: boolean;
}

/** One generation of one folder's index. All methods may be called at the same time; commits are serialised inside. */
export interface IndexStore {
  readonly dimension: number;
  /** Whether it has held every file of the folder at some time. */
  readonly isComplete: boolean;
  /** Notes that it now holds every file of the folder: from here on it answers in place of an older one, in one step. */
  complete(): Promise<void>;
  /** Every ledger record, in path order. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Chunks first, then stale chunks deleted, then the ledger: a kill in between leaves a file that a reconcile repairs. */
  commit(commit: Commit): Promise<void>;
  /** True when chunk rows exist that the ledger does not know (a kill between the two); `repair` removes them. */
  repair(): Promise<{ readonly removedRows: number; readonly forgottenFiles: number }>;
  /** BM25 over the `tokens` column, best first. `query` holds space-separated tokens. */
  searchChunksByText(query: string, limit: number, filter?: RowFilter): Promise<readonly ChunkHit[]>;
  searchChunksByVector(vector: Float32Array, limit: number, filter?: RowFilter): Promise<readonly ChunkHit[]>;
  searchFilesByText(query: string, limit: number, filter?: RowFilter): Promise<readonly FileScore[]>;
  /** Chunks that define one of these names, exactly as written or in another case; `hitScore` is 0. */
  chunksByName(names: readonly string[], limit: number, filter?: RowFilter): Promise<readonly ChunkHit[]>;
  chunksOfFile(path: string): Promise<readonly ChunkHit[]>;
  /** The files at these paths, in their order; missing ones are left out. */
  fileSummaries(paths: readonly string[]): Promise<readonly FileSummary[]>;
  filesByPath(paths: readonly string[]): Promise<readonly FileHit[]>;
  /** Calls back with batches of every chunk's tokens and vector, for corpus statistics. */
  scanChunks(onBatch: (rows: readonly { readonly tokens: string; readonly vector: Float32Array | null }[]) => void): Promise<void>;
  scanFiles(onBatch: (rows: readonly FileSummary[]) => void): Promise<void>;
  counts(): Promise<StoreCounts>;
  /** Compares every row with the ledger, without changing anything; `wrongPaths` are files with other rows than the ledger promises, or with rows that lost their content. */
  compare(): Promise<{ readonly rows: number; readonly wrongPaths: readonly string[] }>;
  /** Bytes that the newest version of rows and indexes takes; what is on disk beyond that is old versions. */
  neededBytes(): Promise<number>;
  /** Rows that some index does not cover yet: full text of chunks or files, or vectors where these want an index. */
  unindexedRows(): Promise<number>;
  /**
   * Builds the full-text, path and (above 10,000 rows) vector indexes; compacts and removes old versions when that is due or the upkeep
   * `whole` (as it is unless said otherwise). Commits and searches go on meanwhile. Each step is handed to `pace`, which may let it wait or leave it out.
   */
  upkeep(how?: { readonly whole?: boolean; readonly pace?: (step: () => Promise<void>) => Promise<void> }): Promise<void>;
  /** Makes writes of other processes visible; false when there were none since the last time. */
  refresh(): Promise<boolean>;
  close(): Promise<void>;
}

export interface OpenStoreOptions {
  /** Absolute; created when it is missing and `write` is true. */
  readonly dir: string;
  readonly fingerprint: string;
  readonly dimension: number;
  /** Which embedder makes the vectors, noted for `recordedGenerations`; empty or absent for none. */
  readonly embedder?: string;
  readonly write: boolean;
  /** With `write`: opens a generation that is there and leaves the one in use at its place. */
  readonly beside?: boolean;
  /** Does what an upkeep has to do to large tables; without it that is done in this process, where it cannot be stopped. */
  readonly helper?: UpkeepHelper | undefined;
}

/** Implemented in `store/index.ts`: `inspectStore(dir, fingerprint)`, `openStore(options)`, `dropStore(dir)`. */
export interface StoreModule {
  inspectStore(dir: string, fingerprint: string): Promise<{ readonly state: StoreState; readonly detail: string }>;
  openStore(options: OpenStoreOptions): Promise<IndexStore>;
  dropStore(dir: string): Promise<void>;
}

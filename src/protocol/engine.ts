import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { FileSettings, FileVerdict, SkippedFile } from '../core/files.ts';
import type { ChatOptions, EndpointOptions } from './endpoints.ts';
import type { EmbedderOptions, EmbeddingCacheOptions, ModelOptions } from './models.ts';
import type { SearchRequest, SearchResponse } from './search.ts';

/** The whole contract between the engine process and its faces: host, command line and agents. */

export type IndexPhase =
  | 'opening'
  | 'scanning'
  | 'indexing'
  | 'upkeep'
  | 'ready'
  | 'paused'
  /** Another process writes this index; this one reads it. */
  | 'following'
  /** The index folder cannot be written; what is in it still answers. */
  | 'read-only'
  | 'failed';

export interface IndexStatus {
  readonly folder: string;
  readonly phase: IndexPhase;
  /** Progress of the running pass; both 0 when there is none. */
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly filesPerSecond: number;
  readonly secondsLeft: number | null;
  /** What the index that answers holds now. */
  readonly files: number;
  readonly chunks: number;
  readonly skipped: number;
  readonly failed: number;
  readonly bytesOnDisk: number;
  /** `reason` says why this device and model serve, and where code goes when it leaves this machine; empty when there is nothing to say. */
  readonly embedder: { readonly id: string; readonly device: string; readonly dtype: string; readonly reason: string };
  /** False after repeated crashes: only keyword search then. */
  readonly semantic: boolean;
  /** One sentence for a person when there is something to say: an error, a limit, a reason to wait. */
  readonly message: string;
  readonly indexDir: string;
  /** The index of another embedder or version that is being built while the older one answers; absent when there is none. */
  readonly building?: BuildingStatus;
}

export interface BuildingStatus {
  readonly embedder: string;
  readonly files: number;
  readonly chunks: number;
  /** Share of the files that it holds already, 0 to 1. */
  readonly coverage: number;
}

export interface OpenParams {
  /** Absolute path; real path is resolved by the engine. */
  readonly folder: string;
  /** Absolute path of the folder that holds (or will hold) this folder's index. */
  readonly indexDir: string;
  readonly files: FileSettings;
  /** Starts paused when the person paused it earlier. */
  readonly paused: boolean;
  /** Paths (relative, `/`) that a person has open: they are searchable first. */
  readonly first?: readonly string[];
  /** False opens what is there for searching and starts no indexing. */
  readonly index: boolean;
  /** Everything is compared with the disk this often, for changes that no watcher told; every ten minutes when absent. */
  readonly reconcileMs?: number;
  /** What the engine before this one had done when it was replaced in order. */
  readonly before?: PassTotals;
}

export interface EngineOptions {
  /** Folder with `grammars/` and `models/`. */
  readonly mediaDir: string;
  /** Keyword search only: no embedder is loaded (safe mode). */
  readonly keywordOnly: boolean;
  /** Memory (in MB) above which the engine asks to be restarted; 1500 when absent. */
  readonly memoryLimitMB?: number;
  /** The engine before this one, where that ended by itself, as for want of memory, and by nobody's kill: what it worked on is suspected. */
  readonly crashedPid?: number;
  /** Chunks above which the upkeep of an index has a process of its own; 10,000 when absent. */
  readonly upkeepProcessAbove?: number;
  /** Indexing waits while the computer runs on battery, where the system says so. */
  readonly pauseOnBattery?: boolean;
  /** Absent where no model but the bundled one is wanted. */
  readonly models?: ModelOptions;
  /** Absent: the main embedder once it is installed, the bundled one until then. */
  readonly embedder?: EmbedderOptions;
  /** Absent where embeddings of large models and of servers are not kept beyond one index. */
  readonly embeddings?: EmbeddingCacheOptions;
  /** A server that embeds; absent where nothing leaves this machine. */
  readonly endpoint?: EndpointOptions | undefined;
  /** A server with a language model that orders results; absent where none is used. */
  readonly chat?: ChatOptions | undefined;
}

export interface EngineInfo {
  readonly pid: number;
  readonly node: string;
  readonly version: string;
}

/** Paths (relative, `/`) that may have changed; a folder stands for everything in it; an empty list asks for a full reconcile. */
export interface ChangeParams {
  readonly folder: string;
  readonly paths: readonly string[];
}

export interface FolderParams {
  readonly folder: string;
}

/** What was done for a folder since it was opened, by one engine or several that followed each other in order. */
export interface PassTotals {
  readonly indexedFiles: number;
  readonly indexedChunks: number;
  readonly removedFiles: number;
  readonly ms: number;
}

export interface IndexSummary extends PassTotals {
  readonly status: IndexStatus;
}

export interface FileListing {
  readonly indexed: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** Files whose indexing failed, with the reason; they are tried again. */
  readonly failed: readonly { readonly path: string; readonly message: string; readonly attempts: number }[];
}

export const Initialize = new RequestType<EngineOptions, EngineInfo, void>('engine/initialize');
export const OpenFolder = new RequestType<OpenParams, IndexStatus, void>('engine/open');
export const CloseFolder = new RequestType<FolderParams, void, void>('engine/close');
export const Search = new RequestType<SearchRequest, SearchResponse, void>('engine/search');
export const GetStatus = new RequestType<FolderParams, IndexStatus, void>('engine/status');
/** Settles when every change known so far is searchable. */
export const WaitForIndex = new RequestType<FolderParams, IndexSummary, void>('engine/waitForIndex');
export const FilesChanged = new RequestType<ChangeParams, void, void>('engine/filesChanged');
export const Pause = new RequestType<FolderParams, void, void>('engine/pause');
export const Resume = new RequestType<FolderParams, void, void>('engine/resume');
export const Rebuild = new RequestType<FolderParams, void, void>('engine/rebuild');
export const ExplainFile = new RequestType<{ readonly folder: string; readonly path: string }, FileVerdict, void>('engine/explainFile');
export const ListFiles = new RequestType<FolderParams, FileListing, void>('engine/listFiles');
export const Shutdown = new RequestType0<void, void>('engine/shutdown');

export const StatusChanged = new NotificationType<IndexStatus>('engine/statusChanged');
export interface RestartParams {
  readonly reason: string;
  readonly done: readonly { readonly folder: string; readonly totals: PassTotals }[];
}

/** The engine has finished its batch and asks for a fresh process; that is no crash. */
export const RestartWanted = new NotificationType<RestartParams>('engine/restartWanted');
export const LogLine = new NotificationType<{ readonly level: 'info' | 'warn' | 'error'; readonly message: string }>('engine/log');

/** Codes of errors that a face treats by name; the message is always a sentence for a person. */
export const ErrorCode = {
  FolderMissing: 1,
  FolderNotReadable: 2,
  NotAFolder: 3,
  IndexNewer: 4,
  IndexNotWritable: 5,
  BadQuery: 6,
  NotOpen: 7,
  IndexDamaged: 8,
  UnknownModel: 9,
  ModelFiles: 10,
  DownloadFailed: 11,
  EndpointFailed: 12,
} as const;

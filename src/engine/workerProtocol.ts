import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { Chunk } from '../core/chunk.ts';
import type { EmbedderInfo, EmbedSide } from '../core/embedder.ts';
import type { SkipReason } from '../core/files.ts';
import type { EmbedderSource } from '../inference/embedder.ts';
import type { UpkeepJob, UpkeepOutcome } from '../store/upkeepPort.ts';

/** Messages between the engine's main thread and its workers, whether threads or processes. Everything here survives a structured clone. */

export interface FileToChunk {
  readonly path: string;
  /** The hash that the ledger holds: a file that still has it, and is judged as before, comes back as `unchanged`. Empty for a new file. */
  readonly knownHash: string;
  /** Why it has no chunks; empty for one that has. */
  readonly knownSkip: SkipReason | '';
  /** A `!` line of a `.quarryignore` asks for it: then only what cannot be text keeps it out. */
  readonly asked?: boolean;
}

/** Files that are read and chunked together. */
export interface FileBatch {
  readonly folder: string;
  readonly files: readonly FileToChunk[];
  readonly maxFileBytes: number;
  /** The file that names what is being parsed, see `suspects.ts`; empty for none. */
  readonly journal: string;
  /** Somebody has just saved these: they do not wait for other batches. */
  readonly urgent: boolean;
}

export interface ChunkDraft {
  readonly chunk: Chunk;
  readonly tokens: string;
}

interface ReadFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly hash: string;
}

/** What reading and chunking one file came to. */
export type FileDraft =
  | (ReadFile & {
      readonly state: 'indexed';
      readonly language: string;
      readonly chunks: readonly ChunkDraft[];
      readonly tokens: string;
      readonly skeleton: string;
    })
  | (ReadFile & { readonly state: 'unchanged' })
  | (ReadFile & { readonly state: 'skipped'; readonly reason: SkipReason; readonly detail: string })
  | { readonly path: string; readonly state: 'gone' }
  | { readonly path: string; readonly state: 'failed'; readonly error: string };

export const ChunkFiles = new RequestType<FileBatch, readonly FileDraft[], void>('worker/chunkFiles');

export const ChunkText = new RequestType<{ readonly path: string; readonly text: string }, readonly ChunkDraft[], void>('worker/chunkText');

/** What opening an embedder came to. `reason` says why this device serves; empty when it was the first choice. */
export interface OpenedEmbedder {
  readonly info: EmbedderInfo;
  readonly reason: string;
}

/** Null opens the bundled embedder, which is all that its thread has; a process takes an installed model. */
export const OpenEmbedder = new RequestType<EmbedderSource | null, OpenedEmbedder, void>('worker/openEmbedder');

/** One row of `dimension` floats a text. Texts that somebody waits for overtake others between two small batches. */
export const EmbedTexts = new RequestType<
  { readonly texts: readonly string[]; readonly side: EmbedSide; readonly urgent?: boolean },
  Float32Array,
  void
>('worker/embedTexts');

/** The upkeep process does one job on one table. */
export const DoUpkeep = new RequestType<UpkeepJob, NonNullable<UpkeepOutcome> | null, void>('worker/doUpkeep');

/** Bytes that the upkeep process takes, told now and then. */
export const UpkeepMemory = new NotificationType<number>('worker/upkeepMemory');

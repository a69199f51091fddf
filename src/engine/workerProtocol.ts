import { RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { Chunk } from '../core/chunk.ts';
import type { EmbedderInfo, EmbedSide } from '../core/embedder.ts';
import type { SkipReason } from '../core/files.ts';
import type { EmbedderSource } from '../inference/embedder.ts';

/** Messages between the engine's main thread and its workers. Everything here survives a structured clone. */

export interface FileToChunk {
  readonly path: string;
  /** The hash that the ledger holds: a file that still has it, and is judged as before, comes back as `unchanged`. Empty for a new file. */
  readonly knownHash: string;
  /** Why it has no chunks; empty for one that has. */
  readonly knownSkip: SkipReason | '';
  /** A `!` line of a `.quarryignore` asks for it: then only what cannot be text keeps it out. */
  readonly asked?: boolean;
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

export const ChunkFiles = new RequestType<
  { readonly folder: string; readonly files: readonly FileToChunk[]; readonly maxFileBytes: number; readonly journal: string },
  readonly FileDraft[],
  void
>('worker/chunkFiles');

export const ChunkText = new RequestType<{ readonly path: string; readonly text: string }, readonly ChunkDraft[], void>('worker/chunkText');

/** What the embed thread starts with: without a model it serves the bundled one. */
export interface EmbedWorkerData {
  readonly mediaDir: string;
  readonly model?: EmbedderSource;
}

/** Settles when the embedder is loaded. `reason` says why this device serves; empty when it was the first choice. */
export const DescribeEmbedder = new RequestType0<{ readonly info: EmbedderInfo; readonly reason: string }, void>('worker/describeEmbedder');

/** One row of `dimension` floats a text. Texts that somebody waits for overtake others between two small batches. */
export const EmbedTexts = new RequestType<
  { readonly texts: readonly string[]; readonly side: EmbedSide; readonly urgent?: boolean },
  Float32Array,
  void
>('worker/embedTexts');

/** Frees the model; the thread ends with its answer. */
export const ReleaseEmbedder = new RequestType0<void, void>('worker/releaseEmbedder');

import type { CancellationToken } from 'vscode-jsonrpc';
import type { EmbedderInfo, EmbedSide } from '../core/embedder.ts';

/** An embedder as the engine's main thread sees it, whether it runs on a thread or on a server. */
export interface EmbedService {
  readonly info: EmbedderInfo;
  embed(texts: readonly string[], side: EmbedSide, token?: CancellationToken): Promise<Float32Array>;
  /** What a person should know of it now, in sentences: where code goes, why another model serves. */
  note?(): string;
}

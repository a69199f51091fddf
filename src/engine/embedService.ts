import type { CancellationToken } from 'vscode-jsonrpc';
import type { EmbedderInfo, EmbedSide } from '../core/embedder.ts';

/** An embedder as the engine's main thread sees it, whether it runs on a thread or on a server. */
export interface EmbedService {
  readonly info: EmbedderInfo;
  /** `urgent` lets texts overtake others that were asked for before; a question always does. */
  embed(texts: readonly string[], side: EmbedSide, token?: CancellationToken, urgent?: boolean): Promise<Float32Array>;
  /** What a person should know of it now, in sentences: where code goes, why another model serves. */
  note?(): string;
}

import { RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { RerankJob } from '../../core/rerank/reranker.ts';
import type { OpenReranker } from '../../inference/rerank/open.ts';

/** Messages between the engine's main thread and the rerank thread. */

/** What loading came to. */
export interface LoadedReranker {
  readonly device: string;
  readonly dtype: string;
  readonly reason: string;
}

export const LoadReranker = new RequestType<OpenReranker, LoadedReranker, void>('worker/loadReranker');
/** Scores as of `Reranker.rerank`; null when it was cancelled, which takes effect between two batches. */
export const ReadPairs = new RequestType<RerankJob, readonly (number | null)[] | null, void>('worker/readPairs');
/** Frees the model and ends the thread. */
export const ReleaseReranker = new RequestType0<void, void>('worker/releaseReranker');

import { RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { RerankJob } from '../../core/rerank/reranker.ts';
import type { OpenReranker } from '../../inference/rerank/open.ts';

/** Messages between the engine and the rerank process. */

/** What loading came to. */
export interface LoadedReranker {
  readonly device: string;
  readonly dtype: string;
  /** One sentence on the devices that did not serve; empty when the first one does. */
  readonly reason: string;
}

/** Loads the native runtime of models and nothing else. */
export const DescribeRuntime = new RequestType0<{ readonly version: string; readonly devices: readonly string[] }, void>(
  'rerank/describeRuntime',
);
export const LoadReranker = new RequestType<OpenReranker, LoadedReranker, void>('rerank/load');
/** Scores as of `Reranker.rerank`; null when it was cancelled, which takes effect between two batches. */
export const ReadPairs = new RequestType<RerankJob, readonly (number | null)[] | null, void>('rerank/readPairs');

import type { RerankKind } from '../modelCatalogue.ts';

/** What the rest of the product knows of a reranker that is ready. */
export interface RerankerInfo {
  readonly id: string;
  readonly kind: RerankKind;
  /** Where it runs: `cpu`, `cuda`, or the host of a server. */
  readonly device: string;
  readonly dtype: string;
}

/** One question, and the documents that retrieval found for it. */
export interface RerankJob {
  readonly question: string;
  /** Best first, as retrieval has them. */
  readonly documents: readonly string[];
  /** What the search is for, in words; models that take no instruction leave it out. */
  readonly instruction: string;
  /** Time for reading, in milliseconds; `Infinity` reads everything. What does not fit stays unread, from the end. */
  readonly budgetMs: number;
}

/** Reads a question together with each document. On a thread, on a server, or in the editor's own language model. */
export interface Reranker {
  readonly info: RerankerInfo;
  /**
   * One score a document in their order, 0 to 1, higher is better; null for a document that was not read. Stops between two pairs when
   * the signal is aborted, and rejects then. Any other rejection is an `Error` whose message is one sentence for a person.
   */
  rerank(job: RerankJob, signal: AbortSignal): Promise<readonly (number | null)[]>;
}

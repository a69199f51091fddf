import type { EndpointChoice } from '../core/endpoints/address.ts';

/** A server that embeds in place of a model on this machine. Code is sent to it, so it is used only when a person has chosen it. */
export interface EndpointOptions extends EndpointChoice {
  /** Empty for none. It stays in memory: neither the index nor a log holds it. */
  readonly key: string;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Texts in one request. */
  readonly batch: number;
  readonly timeoutMs: number;
  /** True fails where the server cannot be used; false lets the bundled model serve until it can. */
  readonly required: boolean;
}

export const ENDPOINT_DEFAULTS = { key: '', queryPrefix: '', documentPrefix: '', batch: 32, timeoutMs: 60_000 } as const;

/** A chat server that orders results. The code of the best rows is sent to it with each question that is reranked. */
export interface ChatOptions {
  readonly url: string;
  /** As the server names it; may be empty where the server has one model only. */
  readonly model: string;
  /** Empty for none; it stays in memory. */
  readonly key: string;
  readonly timeoutMs: number;
}

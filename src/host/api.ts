import type { IndexStatus } from '../protocol/engine.ts';
import type { SearchRequest, SearchResponse } from '../protocol/search.ts';
import type { Row } from './quickPick/items.ts';
import type { PickSession } from './quickPick/session.ts';

/** What `activate` returns: for the tests in a real extension host, and for other extensions that want to search. */
export interface QuarryApi {
  /** Settles when the engine runs and every folder of the workspace is open. */
  ready(): Promise<void>;
  /** Settles when every change known so far is searchable. */
  indexed(): Promise<void>;
  enginePid(): number | undefined;
  status(): readonly IndexStatus[];
  search(query: string, options?: Partial<SearchRequest>): Promise<SearchResponse>;
  /** Rows of the quick pick that is open, in our order. */
  readonly lastQuickPickItems: readonly Row[];
  readonly quickPick: PickSession | undefined;
  /** Milliseconds that `activate` took, without those in which a busy machine was at something else. */
  readonly activationMs: number;
}

import type * as vscode from 'vscode';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { SearchFilters, SearchHit, SearchMode, SearchRequest, SearchResponse } from '../../protocol/search.ts';
import type { Locate } from '../locateHit.ts';
import type { OpenOptions } from '../openHit.ts';
import type { RecentQuestions } from '../recentQuestions.ts';
import type { HostReranking } from '../rerank/reranking.ts';
import type { StatusInput } from '../status/statusText.ts';

/** Code that similar code is looked for, as the protocol names it. */
export type SimilarTo = NonNullable<SearchRequest['similarTo']>;

/** What a search starts with. */
export interface PickStart {
  readonly question?: string;
  /** The question was asked before and is offered again: nothing is previewed until the person types or moves. */
  readonly isOffered?: boolean;
  readonly mode?: SearchMode;
  readonly similarTo?: SimilarTo;
  readonly filters?: SearchFilters;
  /** Folders to search, as the engine names them; all when absent. */
  readonly folders?: readonly string[];
  /** The row to stand on, by its key; the first one when absent. */
  readonly row?: string;
  /** The name of the folder that is searched, for showing. */
  readonly place?: string;
}

/** What the quick pick needs of the rest of the extension. */
export interface PickServices {
  search(request: SearchRequest, token: CancellationToken): Promise<SearchResponse>;
  state(): StatusInput;
  readonly onDidChangeState: vscode.Event<void>;
  uriOf(hit: SearchHit): vscode.Uri;
  /** The name of the hit's folder when the workspace has several. */
  folderName(hit: SearchHit): string | undefined;
  readonly locate: Locate;
  open(hit: SearchHit, options: OpenOptions): Promise<unknown>;
  showInPanel(start: PickStart): void;
  readonly recents: RecentQuestions;
  readonly reranking: HostReranking;
}

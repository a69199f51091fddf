import type { ChunkKind } from '../core/chunk.ts';
import type { IndexStatus } from './engine.ts';
import type { SearchMetrics } from './rerank.ts';
import type { SearchHit, SearchMode } from './search.ts';

/** The whole contract between the results panel (a webview) and the extension host. Both directions are unions. */

/** What narrows a search in the panel, beside words such as `lang:ts` in the question itself. */
export interface PanelFilters {
  readonly mode: SearchMode;
  /** Workspace folders to search; empty for all. */
  readonly folders: readonly string[];
  /** Language ids; empty for all. */
  readonly languages: readonly string[];
  /** Empty for all. */
  readonly kinds: readonly ChunkKind[];
  /** As a person types them: `src`, `*.ts`, `src/**`; empty for all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly skipTests: boolean;
}

export const NO_FILTERS: PanelFilters = {
  mode: 'hybrid',
  folders: [],
  languages: [],
  kinds: [],
  include: [],
  exclude: [],
  skipTests: false,
};

/** Most hits that one question brings to the panel. */
export const MOST_HITS = 200;

/** A hit that the host can be asked about by `id`; ids are good for one session of the host and one question. */
export interface PanelHit extends SearchHit {
  readonly id: number;
  /** Name of the workspace folder, for showing. */
  readonly folderName: string;
  /** Whether the file still holds this text at these lines. */
  readonly stale: 'changed' | 'deleted' | null;
}

export interface PanelFolder {
  readonly folder: string;
  readonly name: string;
}

/** How the engine is, as far as a person has to know. */
export interface PanelHealth {
  readonly state: 'running' | 'starting' | 'restarting' | 'safe-mode' | 'stopped';
  /** One sentence, or empty. */
  readonly message: string;
}

export interface PanelWorkspace {
  readonly folders: readonly PanelFolder[];
  readonly statuses: readonly IndexStatus[];
  readonly health: PanelHealth;
  /** Sentences about folders that cannot be searched. */
  readonly problems: readonly string[];
  /** Absent where nothing can be reranked. */
  readonly rerank?: PanelRerank;
}

/** How results are reranked, and what that costs here. */
export interface PanelRerank {
  readonly enabled: boolean;
  /** 10 to 200. */
  readonly candidates: number;
  /** Milliseconds a candidate, as measured here; null before the first. */
  readonly msEach: number | null;
  /** Where it ran last; empty before the first. */
  readonly device: string;
  /** Most milliseconds that reading takes on a CPU. */
  readonly budgetMs: number;
}

/** The code that similar code is looked for; the host keeps the code itself. */
export interface PanelSimilar {
  readonly label: string;
}

/** The answer to one `search` message. */
export interface PanelResults {
  /** The number that the `search` message carried. */
  readonly search: number;
  readonly hits: readonly PanelHit[];
  readonly ms: number;
  readonly mode: SearchMode;
  /** 0 to 1. */
  readonly coverage: number;
  readonly notes: readonly string[];
  readonly metrics?: SearchMetrics;
  /** True while a reranked answer with the same number is still to come. */
  readonly refining?: boolean;
}

export type ToPanel =
  /** The answer to `ready`. A session that differs from the panel's own means that its hit ids are no longer known. */
  | ({
      readonly type: 'state';
      readonly session: string;
      readonly question: string;
      readonly filters: PanelFilters;
      readonly similar: PanelSimilar | null;
      readonly history: readonly string[];
    } & PanelWorkspace)
  | ({ readonly type: 'status' } & PanelWorkspace)
  | { readonly type: 'history'; readonly history: readonly string[] }
  | ({ readonly type: 'results' } & PanelResults)
  /** `badQuestion`: nothing is wrong but the question. */
  | { readonly type: 'failed'; readonly search: number; readonly message: string; readonly badQuestion: boolean }
  /** Hits whose file changed or went since; hits of the current question that are not named are fresh. */
  | { readonly type: 'stale'; readonly changed: readonly number[]; readonly deleted: readonly number[] }
  /** Asks a question in the panel, as if the person had typed it. */
  | {
      readonly type: 'ask';
      readonly question: string;
      readonly filters: PanelFilters | null;
      readonly similar: PanelSimilar | null;
    }
  /** The index knows more than at the last answer: ask the same question again. */
  | { readonly type: 'refresh' }
  | { readonly type: 'focus'; readonly target: 'question' | 'results' }
  /** Opens the hit after or before the current one. */
  | { readonly type: 'step'; readonly by: 1 | -1 };

/** What a button of an empty state or a note may ask for. The host maps each to one command. */
export type PanelAction = 'openFolder' | 'resume' | 'rebuild' | 'restart' | 'showLog' | 'skippedFiles' | 'focusEditor';

export const PANEL_ACTIONS: readonly PanelAction[] = [
  'openFolder',
  'resume',
  'rebuild',
  'restart',
  'showLog',
  'skippedFiles',
  'focusEditor',
];

export type FromPanel =
  /** `session` is that of the results that the panel still holds, or null. */
  | { readonly type: 'ready'; readonly session: string | null }
  | {
      readonly type: 'search';
      /** Grows with each message; the answer carries it back. */
      readonly search: number;
      readonly question: string;
      readonly filters: PanelFilters;
      /** Keeps looking for code similar to what the host was last asked for. */
      readonly similar: boolean;
      readonly limit: number;
      /** True when the person asked for it (Enter), so that the question belongs into the history. */
      readonly remember: boolean;
    }
  | { readonly type: 'cancel' }
  /** The question and filters to come back with when nothing else is known. */
  | { readonly type: 'draft'; readonly question: string; readonly filters: PanelFilters }
  | { readonly type: 'open'; readonly hit: number; readonly toSide: boolean; readonly keepFocus: boolean }
  | { readonly type: 'copyPath'; readonly hit: number }
  | { readonly type: 'findSimilar'; readonly hit: number }
  | { readonly type: 'forget'; readonly question: string | null }
  /** How results are to be reranked from now on. */
  | { readonly type: 'rerank'; readonly enabled: boolean; readonly candidates: number }
  /** The person is about to ask. */
  | { readonly type: 'boxFocused' }
  | { readonly type: 'run'; readonly action: PanelAction };

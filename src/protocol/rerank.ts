import { RequestType } from 'vscode-jsonrpc';
import type { ModelDevice, ModelDtype } from '../core/modelCatalogue.ts';
import type { ListwisePrompt } from '../core/rerank/listwise.ts';

/** How the best rows of a search are read again together with the question. What is absent is as `RERANK_DEFAULTS` has it. */
export interface RerankOptions {
  /** Id of a reranker; when absent, the installed one that suits code best. */
  readonly model?: string;
  /** How many of the best rows are read at most, 10 to 200. */
  readonly candidates?: number;
  readonly device?: 'auto' | ModelDevice;
  readonly dtype?: 'auto' | ModelDtype;
  /** Milliseconds for reading on a CPU: as many candidates as fit, measured here. When absent, every candidate is read. */
  readonly budgetMs?: number;
  /** Milliseconds for a language model that orders the list, on a server or in the editor: as much of the top as fits. */
  readonly listMs?: number;
  /** Weight of the reranker against retrieval, 0 to 1. */
  readonly blend?: number;
  /** What the search is for: `general`, `technical`, `code`, `qa`, or words of one's own. Only some models take it. */
  readonly instruction?: string;
  /** Minutes after which a model that nobody uses leaves the memory. */
  readonly idleMinutes?: number;
}

export const RERANK_DEFAULTS = {
  candidates: 50,
  device: 'auto',
  dtype: 'auto',
  budgetMs: 800,
  listMs: 60_000,
  blend: 0.7,
  instruction: 'code',
  idleMinutes: 5,
} as const satisfies RerankOptions;

export const CANDIDATES = { least: 10, most: 200 } as const;

/** What a search took and what served it. */
export interface SearchMetrics {
  readonly retrievalMs: number;
  /** 0 when nothing was reranked. */
  readonly rerankMs: number;
  /** Id of the reranker; empty when none was asked for or none could be chosen. */
  readonly reranker: string;
  readonly device: string;
  /** Rows that the reranker has read. */
  readonly candidates: number;
  /** Milliseconds that reading took a row; 0 when every row had been read before. Loading does not count. */
  readonly msEach: number;
  /** One sentence on why the order is that of retrieval although a reranked one was asked for; empty otherwise. */
  readonly fallback: string;
}

/** Loads the model, so that the first reranked answer does not wait for it. Settles in any case. */
export const PrepareReranker = new RequestType<RerankOptions, void, void>('rerank/prepare');

/** Stands for a reranker: the editor's own language models, `vscode.lm`, or one of them by its id, `vscode.lm:gpt-4o`. */
export const EDITOR_MODEL = 'vscode.lm';

/** Asked of the face by the engine: the name of the language model that would answer. Rejects with one sentence when there is none. */
export const DescribeEditorModel = new RequestType<{ readonly model: string }, string, void>('editor/describeModel');
/** Asked of the face by the engine: what the language model answers. The code in the prompt goes where the editor's model runs. */
export const AskEditorModel = new RequestType<{ readonly model: string; readonly prompt: EditorPrompt }, string, void>('editor/askModel');

export type EditorPrompt = ListwisePrompt;

import * as vscode from 'vscode';
import type { CancellationToken } from 'vscode-jsonrpc';
import { Search } from '../../protocol/engine.ts';
import type { PanelRerank } from '../../protocol/panel.ts';
import { PrepareReranker } from '../../protocol/rerank.ts';
import type { SearchRequest, SearchResponse } from '../../protocol/search.ts';
import type { Engine } from '../engine.ts';
import { withDefaults } from '../searchDefaults.ts';
import { sentenceOf } from '../sentence.ts';
import { onRerankSettings, readRerankSettings, writeRerankSetting } from './settings.ts';

/** Reranking as the search box and the panel see it: rows at once, then a better order of the same rows. */
export interface HostReranking extends vscode.Disposable {
  /** Whether a second, reranked answer to this request is to be asked for. */
  wants(request: SearchRequest): boolean;
  /** The reranked answer; `first` with the reason in its metrics when there is none. Never rejects. */
  refine(request: SearchRequest, first: SearchResponse | undefined, token: CancellationToken): Promise<SearchResponse | undefined>;
  /** A search box has the focus: loads the model if reranking was used before. */
  boxFocused(): void;
  state(): PanelRerank;
  set(enabled: boolean, candidates: number): Promise<void>;
  /** Fires when the settings or what is known of the costs have changed. */
  readonly onDidChange: vscode.Event<void>;
}

const USED = 'quarry.rerankUsed';

export function createReranking(engine: Pick<Engine, 'request'>, memory: vscode.Memento): HostReranking {
  const changed = new vscode.EventEmitter<void>();
  const settings = onRerankSettings(() => changed.fire());
  let cost: Pick<PanelRerank, 'msEach' | 'device'> = { msEach: null, device: '' };

  /** What a candidate costs here, from an answer that had to read some. */
  function learn({ metrics: { msEach, device } }: SearchResponse): void {
    if (msEach === 0) return;
    cost = { msEach, device };
    changed.fire();
  }

  return {
    onDidChange: changed.event,
    wants: ({ similarTo }) => similarTo === undefined && readRerankSettings().enabled,
    async refine(request, first, token) {
      const { options } = readRerankSettings();
      try {
        const response = await engine.request(Search, { ...withDefaults(request), rerank: options }, token);
        learn(response);
        if (response.metrics.candidates > 0) await memory.update(USED, true);
        return response;
      } catch (error) {
        return first && { ...first, metrics: { ...first.metrics, fallback: `Not reranked: ${sentenceOf(error)}` } };
      }
    },
    boxFocused() {
      const { enabled, options } = readRerankSettings();
      if (!enabled || memory.get(USED) !== true) return;
      // One that is loaded stays so; one that has left the memory, or died with the engine, is there again when the question is typed.
      void engine.request(PrepareReranker, options).catch(() => undefined);
    },
    state() {
      const { enabled, options } = readRerankSettings();
      return { enabled, candidates: options.candidates, budgetMs: options.budgetMs, ...cost };
    },
    async set(enabled, candidates) {
      const now = readRerankSettings();
      if (enabled !== now.enabled) await writeRerankSetting('enabled', enabled);
      if (candidates !== now.options.candidates) await writeRerankSetting('candidates', candidates);
    },
    dispose() {
      settings.dispose();
      changed.dispose();
    },
  };
}

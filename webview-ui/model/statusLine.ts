import { rerankText } from '../../src/core/rerank/words.ts';
import type { SearchMode } from '../../src/protocol/search.ts';
import { countHits, type PanelState } from './state.ts';

export const MODE_LABELS: Readonly<Record<SearchMode, string>> = { hybrid: 'Hybrid', semantic: 'Meaning', keyword: 'Keywords' };

/** What served when it is not what was asked for. */
const SERVED_BY: Readonly<Record<SearchMode, string>> = { hybrid: 'hybrid', semantic: 'meaning', keyword: 'keyword' };

/** "18 results in 42 ms · index 100 % · reranked 20 with gte-reranker on CPU, 610 ms", or empty while there is nothing to say. */
export function statusLine(state: PanelState): string {
  const { shown } = state;
  if (shown === null || state.folders.length === 0) return '';
  const hits = countHits(shown);
  const noun = shown.mode === state.filters.mode ? 'result' : `${SERVED_BY[shown.mode]} result`;
  const found = `${hits === 0 ? `No ${noun}s` : plural(hits, noun)} in ${milliseconds(shown.metrics?.retrievalMs ?? shown.ms)}`;
  const reranked = shown.refining === true ? 'reranking…' : shown.metrics === undefined ? '' : rerankText(shown.metrics);
  return [found, `index ${percent(shown.coverage)}`, reranked].filter((part) => part !== '').join(' · ');
}

/** What was left out or did not work, in sentences, each once. */
export function shownNotes(state: PanelState): readonly string[] {
  const { notes = [], metrics } = state.shown ?? {};
  return [...new Set([...notes, metrics?.fallback ?? ''])].filter((note) => note !== '');
}

/** What a screen reader says when an answer has come. */
export function announcement(state: PanelState): string {
  if (state.busy || state.shown === null) return '';
  const hits = countHits(state.shown);
  if (hits === 0) return 'No results';
  return `${plural(hits, 'result')} in ${plural(state.shown.groups.length, 'file')}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Never says 100 % while something is missing. */
function percent(share: number): string {
  return `${share >= 1 ? 100 : Math.min(99, Math.floor(share * 100))} %`;
}

import type { CancellationToken } from 'vscode-jsonrpc';
import { rerankText } from '../../core/rerank/words.ts';
import type { SearchMode, SearchRequest, SearchResponse } from '../../protocol/search.ts';
import { counted, isBadQuestion, sentenceOf } from '../sentence.ts';
import { stateLine } from '../status/statusText.ts';
import { explanationRows, hitRows, MODE_NAMES, type Row, recentRows } from './items.ts';
import { explainNothing, noFolder } from './nothingFound.ts';
import type { PickServices, PickStart } from './services.ts';

/** What the quick pick shows: one line above, and rows. */
export interface Answer {
  readonly title: string;
  readonly rows: readonly Row[];
  /** True for a better order of the rows that stand already. */
  readonly refined?: boolean;
}

export interface Question {
  /** As typed; may be empty when similar code is looked for. */
  readonly text: string;
  readonly mode: SearchMode;
  readonly limit: number;
}

/** What is shown before a question is asked: the state, and what was asked earlier. */
export function idle(services: PickServices, typed: string): Answer {
  const state = services.state();
  const cannotSearch = state.statuses.length === 0 && !state.opening && typed === '';
  return {
    title: stateLine(state),
    rows: cannotSearch ? explanationRows(noFolder(state)) : recentRows(services.recents.list(), typed),
  };
}

/**
 * Asks the engine, and shows what it answers: rows at once, and their reranked order where that is wanted. An error becomes a row with its
 * sentence; nothing found becomes a row with the reason.
 */
export async function answer(
  services: PickServices,
  start: PickStart,
  question: Question,
  token: CancellationToken,
  show: (answer: Answer) => void,
): Promise<void> {
  const { text, mode, limit } = question;
  const request: SearchRequest = {
    query: text,
    mode,
    limit,
    rows: 'symbol',
    filters: start.filters ?? {},
    ...(start.folders === undefined ? {} : { folders: start.folders }),
    ...(text === '' && start.similarTo !== undefined ? { similarTo: start.similarTo } : {}),
  };
  try {
    const response = await services.search(request, token);
    if (response.hits.length === 0) {
      show({ title: summary(response), rows: explanationRows(explainNothing(text, mode, response, services.state())) });
      return;
    }
    const rowsOf = ({ hits }: SearchResponse) => hitRows(hits, (hit) => services.folderName(hit));
    show({ title: summary(response), rows: rowsOf(response) });
    if (token.isCancellationRequested || !services.reranking.wants(request)) return;
    const better = await services.reranking.refine(request, response, token);
    if (better !== undefined) show({ title: summary(better), rows: rowsOf(better), refined: true });
  } catch (error) {
    const action = isBadQuestion(error) ? '' : 'Search again';
    const rows = explanationRows({ sentence: sentenceOf(error), action, step: { kind: 'ask', question: text } });
    show({ title: stateLine(services.state()), rows });
  }
}

function summary({ hits, mode, notes, metrics }: SearchResponse): string {
  const found = hits.length === 0 ? 'nothing found' : counted(hits.length, 'result');
  const parts = [`${found} in ${Math.round(metrics.retrievalMs)} ms`, MODE_NAMES[mode], rerankText(metrics), metrics.fallback, ...notes];
  return parts.filter((part) => part !== '').join(' • ');
}

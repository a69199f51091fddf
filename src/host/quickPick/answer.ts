import type { CancellationToken } from 'vscode-jsonrpc';
import type { SearchMode, SearchRequest, SearchResponse } from '../../protocol/search.ts';
import { counted, sentenceOf } from '../sentence.ts';
import { stateLine } from '../status/statusText.ts';
import { explanationRows, hitRows, MODE_NAMES, type Row, recentRows } from './items.ts';
import { explainNothing, noFolder } from './nothingFound.ts';
import type { PickServices, PickStart } from './services.ts';

/** What the quick pick shows: one line above, and rows. */
export interface Answer {
  readonly title: string;
  readonly rows: readonly Row[];
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

/** Asks the engine. An error becomes a row with its sentence; nothing found becomes a row with the reason. */
export async function answer(services: PickServices, start: PickStart, question: Question, token: CancellationToken): Promise<Answer> {
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
    const rows =
      response.hits.length > 0
        ? hitRows(response.hits, (hit) => services.folderName(hit))
        : explanationRows(explainNothing(text, mode, response, services.state()));
    return { title: summary(response), rows };
  } catch (error) {
    const rows = explanationRows({ sentence: sentenceOf(error), action: 'Search again', step: { kind: 'ask', question: text } });
    return { title: stateLine(services.state()), rows };
  }
}

function summary({ hits, ms, mode, notes }: SearchResponse): string {
  const found = hits.length === 0 ? 'nothing found' : counted(hits.length, 'result');
  return [`${found} in ${Math.round(ms)} ms`, MODE_NAMES[mode], ...notes].join(' • ');
}

import type { SearchMode, SearchResponse } from '../../protocol/search.ts';
import { counted } from '../sentence.ts';
import { isBusy, progressLine, type StatusInput } from '../status/statusText.ts';

/** What a person can do about an empty answer. */
export type NextStep =
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'mode'; readonly mode: SearchMode };

export interface Explanation {
  readonly sentence: string;
  readonly action: string;
  readonly step: NextStep;
}

const FILTER = /(?:^|\s)(-?(?:lang|language|path|kind|file|sym|symbol|in|type):(?:"[^"]*"|\S+))/gi;

/** The filters that stand in a question, and the question without them. */
export function filtersIn(question: string): { readonly filters: readonly string[]; readonly without: string } {
  const filters = [...question.matchAll(FILTER)].flatMap((match) => match[1] ?? []);
  return { filters, without: question.replace(FILTER, ' ').replace(/\s+/g, ' ').trim() };
}

/** Why there is no row to show, and the most useful thing to do about it. */
export function explainNothing(question: string, mode: SearchMode, response: SearchResponse, state: StatusInput): Explanation {
  const files = state.statuses.reduce((sum, status) => sum + status.files, 0);
  const busy = state.statuses.find(isBusy);
  if (state.statuses.length === 0) return noFolder(state);
  if (state.paused && files === 0)
    return {
      sentence: 'Nothing is indexed yet, because indexing is paused.',
      action: 'Resume indexing',
      step: { kind: 'command', command: 'quarry.resume' },
    };
  if (busy !== undefined)
    return {
      sentence: `Nothing found yet: ${progressLine(busy)}.`,
      action: 'Search again',
      step: { kind: 'ask', question },
    };
  if (state.searchOnly && files === 0)
    return {
      sentence: 'This folder is not indexed.',
      action: 'Index it',
      step: { kind: 'command', command: 'quarry.resume' },
    };
  const { filters, without } = filtersIn(question);
  if (filters.length > 0 && without !== '')
    return {
      sentence: `Nothing found with ${filters.join(' ')}.`,
      action: `Search without ${filters.length === 1 ? 'the filter' : 'filters'}`,
      step: { kind: 'ask', question: without },
    };
  if (files === 0)
    return {
      sentence: 'No file of this workspace is indexed.',
      action: 'Show which files are left out and why',
      step: { kind: 'command', command: 'quarry.showSkippedFiles' },
    };
  if (mode !== 'hybrid')
    return {
      sentence: mode === 'keyword' ? 'No file holds these words.' : 'No code has this meaning.',
      action: 'Search by meaning and words together',
      step: { kind: 'mode', mode: 'hybrid' },
    };
  return {
    sentence: response.notes[0] ?? `Nothing found in ${counted(files, 'file')}.`,
    action: 'Show which files are left out and why',
    step: { kind: 'command', command: 'quarry.showSkippedFiles' },
  };
}

/** Said in place of an answer when no folder can be searched. */
export function noFolder(state: StatusInput): Explanation {
  const problem = state.problems[0];
  if (problem !== undefined) return { sentence: problem, action: 'Show the log', step: { kind: 'command', command: 'quarry.showLog' } };
  if (state.opening)
    return { sentence: 'The search is starting.', action: 'Show the log', step: { kind: 'command', command: 'quarry.showLog' } };
  return {
    sentence: 'No folder is open.',
    action: 'Open a folder',
    step: { kind: 'command', command: 'workbench.action.files.openFolder' },
  };
}

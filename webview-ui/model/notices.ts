import type { IndexStatus } from '../../src/protocol/engine.ts';
import type { PanelAction, PanelFilters } from '../../src/protocol/panel.ts';
import { activeChips, withoutFilters } from './filters.ts';
import type { PanelState } from './state.ts';

/** What a button does. */
export type Deed =
  | { readonly do: 'run'; readonly action: PanelAction }
  | { readonly do: 'filter'; readonly filters: PanelFilters }
  | { readonly do: 'ask'; readonly question: string }
  | { readonly do: 'focusQuestion' };

export interface Action {
  readonly label: string;
  readonly deed: Deed;
}

/** A strip above the results: what is going on with the index and the engine. */
export interface Notice {
  readonly tone: 'info' | 'warning' | 'error';
  readonly icon: string;
  readonly text: string;
  /** 0 to 1, or null when there is nothing to measure. */
  readonly progress: number | null;
  readonly actions: readonly Action[];
}

/** What stands in the place of results when there are none. */
export interface EmptyState {
  readonly icon: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly actions: readonly Action[];
  /** Recent questions to ask again. */
  readonly recent: readonly string[];
}

const count = new Intl.NumberFormat('en-US');
const SHOW_LOG: Action = { label: 'Show log', deed: { do: 'run', action: 'showLog' } };

/** The strips in force, most serious first; empty when everything is as it should be. */
export function notices(state: PanelState): readonly Notice[] {
  if (!state.ready || state.folders.length === 0) return [];
  const problems = state.problems.map((text): Notice => ({ tone: 'warning', icon: 'warning', text, progress: null, actions: [] }));
  return [...healthNotices(state), ...problems, ...state.statuses.flatMap((status) => statusNotices(status, nameOf(state, status)))];
}

function healthNotices(state: PanelState): readonly Notice[] {
  const { health } = state;
  const restart: Action = { label: 'Restart', deed: { do: 'run', action: 'restart' } };
  switch (health.state) {
    case 'restarting':
      return [{ tone: 'info', icon: 'sync', text: health.message || 'The search engine is restarting.', progress: null, actions: [] }];
    case 'safe-mode': {
      const text = health.message || 'Keyword search only: the engine stopped several times.';
      return [{ tone: 'warning', icon: 'warning', text, progress: null, actions: [restart, SHOW_LOG] }];
    }
    case 'stopped': {
      const text = health.message || 'The search engine is not running.';
      return [{ tone: 'error', icon: 'error', text, progress: null, actions: [restart, SHOW_LOG] }];
    }
    default:
      return [];
  }
}

function statusNotices(status: IndexStatus, name: string): readonly Notice[] {
  const of = name === '' ? '' : ` ${name}`;
  const known = status.filesTotal > 0;
  const progress = known ? Math.min(1, status.filesDone / status.filesTotal) : null;
  switch (status.phase) {
    case 'scanning':
      return [{ tone: 'info', icon: 'sync', text: `Looking through${of === '' ? ' the folder' : of}…`, progress: null, actions: [] }];
    case 'indexing':
      return known ? [{ tone: 'info', icon: 'sync', text: `Indexing${of}: ${progressText(status)}`, progress, actions: [] }] : [];
    case 'paused': {
      const text = `Indexing${of} is paused${known ? ` at ${countText(status)}` : ''}.`;
      return [{ tone: 'info', icon: 'debug-pause', text, progress, actions: [{ label: 'Resume', deed: { do: 'run', action: 'resume' } }] }];
    }
    case 'failed': {
      const text = status.message || `Indexing${of} failed.`;
      return [
        {
          tone: 'error',
          icon: 'error',
          text,
          progress: null,
          actions: [{ label: 'Rebuild', deed: { do: 'run', action: 'rebuild' } }, SHOW_LOG],
        },
      ];
    }
    default:
      return status.message === '' ? [] : [{ tone: 'info', icon: 'info', text: status.message, progress: null, actions: [] }];
  }
}

/** "340 of 1,200 files, 12 s left". */
export function progressText(status: IndexStatus): string {
  const left = status.secondsLeft === null || status.filesDone === 0 ? '' : `, ${durationText(status.secondsLeft)} left`;
  return countText(status) + left;
}

function countText(status: IndexStatus): string {
  return `${count.format(status.filesDone)} of ${count.format(status.filesTotal)} files`;
}

function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** The name of a folder, only where there are several. */
function nameOf(state: PanelState, status: IndexStatus): string {
  if (state.folders.length < 2) return '';
  return state.folders.find((folder) => folder.folder === status.folder)?.name ?? '';
}

/** What to say in the place of results; null while there are rows or the answer is under way. */
export function emptyState(state: PanelState): EmptyState | null {
  if (!state.ready) return null;
  if (state.folders.length === 0) {
    const open: Action = { label: 'Open Folder', deed: { do: 'run', action: 'openFolder' } };
    return {
      icon: 'folder',
      title: 'No folder is open',
      lines: ['Quarry searches the folders of a workspace.'],
      actions: [open],
      recent: [],
    };
  }
  if (state.failure !== null) {
    const { sentence, badQuestion } = state.failure;
    if (badQuestion) return { icon: 'search', title: 'What are you looking for?', lines: [sentence], actions: [], recent: [] };
    return { icon: 'error', title: 'The search did not work', lines: [sentence], actions: [SHOW_LOG], recent: [] };
  }
  if (state.question.trim() === '' && state.similar === null) return invitation(state);
  if (state.shown === null || state.shown.groups.length > 0) return null;
  return state.busy ? null : nothingFound(state);
}

function invitation(state: PanelState): EmptyState {
  if (state.history.length > 0) return { icon: '', title: '', lines: [], actions: [], recent: state.history.slice(0, 10) };
  const lines = [
    'Ask in plain words: “where are failed uploads retried”.',
    'Or paste a name, a path, an error message, or code.',
    'Everything stays on this machine.',
  ];
  return {
    icon: 'search',
    title: 'Search by meaning',
    lines,
    actions: [{ label: 'Search this workspace', deed: { do: 'focusQuestion' } }],
    recent: [],
  };
}

/** Filters that stand in the question itself. */
const WORD_FILTER = /(?:^|\s)-?(?:lang|language|l|path|kind|type|file|sym|symbol|in):\S+/giu;

function nothingFound(state: PanelState): EmptyState {
  const chips = activeChips(state.filters, state.folders);
  const indexing = state.statuses.find((status) => status.phase === 'indexing' && status.filesTotal > 0);
  const soon = indexing === undefined ? [] : [`Indexing is under way: ${progressText(indexing)}. This question is asked again by itself.`];
  if (chips.length > 0) {
    const lines = [`Filters in force: ${chips.map((chip) => chip.description).join(', ')}.`, ...soon];
    const drop = chips
      .slice(0, 3)
      .map((chip): Action => ({ label: `Drop “${chip.label}”`, deed: { do: 'filter', filters: chip.without } }));
    const all: Action = { label: 'Drop all filters', deed: { do: 'filter', filters: withoutFilters(state.filters) } };
    return {
      icon: 'filter',
      title: 'Nothing found with these filters',
      lines,
      actions: chips.length > 1 ? [all, ...drop] : drop,
      recent: [],
    };
  }
  const words = state.question.match(WORD_FILTER)?.map((word) => word.trim()) ?? [];
  if (words.length > 0) {
    const question = state.question.replace(WORD_FILTER, '').trim();
    const actions: Action[] = question === '' ? [] : [{ label: 'Search without them', deed: { do: 'ask', question } }];
    return {
      icon: 'filter',
      title: 'Nothing found with these filters',
      lines: [`In the question: ${words.join(' ')}`, ...soon],
      actions,
      recent: [],
    };
  }
  if (indexing !== undefined) return { icon: 'sync', title: 'Nothing found yet', lines: soon, actions: [], recent: [] };
  return nothingAtAll(state);
}

function nothingAtAll(state: PanelState): EmptyState {
  const files = state.statuses.reduce((sum, status) => sum + status.files, 0);
  const why: Action = { label: 'What is not indexed?', deed: { do: 'run', action: 'skippedFiles' } };
  if (files === 0)
    return {
      icon: 'database',
      title: 'Nothing is indexed yet',
      lines: ['No file of this workspace is in the index.'],
      actions: [why],
      recent: [],
    };
  const lines = [`None of ${count.format(files)} files answers this question.`, 'Try other words, or fewer.'];
  const hybrid: Action = { label: 'Search by meaning too', deed: { do: 'filter', filters: { ...state.filters, mode: 'hybrid' } } };
  return { icon: 'search', title: 'Nothing found', lines, actions: state.filters.mode === 'keyword' ? [hybrid, why] : [why], recent: [] };
}

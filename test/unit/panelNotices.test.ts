import { describe, expect, test } from 'vitest';
import type { IndexStatus } from '../../src/protocol/engine.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { groupByFile } from '../../webview-ui/model/groups.ts';
import { emptyState, notices } from '../../webview-ui/model/notices.ts';
import { FIRST_STATE, type PanelState, type Shown } from '../../webview-ui/model/state.ts';
import { announcement, statusLine } from '../../webview-ui/model/statusLine.ts';
import { hitsAt } from './panelHits.ts';

const STATUS: IndexStatus = {
  folder: '/work',
  phase: 'ready',
  filesDone: 0,
  filesTotal: 0,
  filesPerSecond: 0,
  secondsLeft: null,
  files: 1200,
  chunks: 1,
  skipped: 0,
  failed: 0,
  bytesOnDisk: 0,
  embedder: { id: 'bundled', device: 'cpu', dtype: 'int4', reason: '' },
  semantic: true,
  message: '',
  indexDir: '/index',
};
const INDEXING: IndexStatus = { ...STATUS, phase: 'indexing', filesDone: 340, filesTotal: 1200, secondsLeft: 95 };

function shown(places: readonly string[], change: Partial<Shown> = {}): Shown {
  const answer = { search: 1, ms: 42.4, mode: 'hybrid', coverage: 1, notes: [], asked: '', limit: 50, better: null } as const;
  return { ...answer, groups: groupByFile(hitsAt(...places)), ...change };
}

function state(change: Partial<PanelState>): PanelState {
  return {
    ...FIRST_STATE,
    ready: true,
    folders: [{ folder: '/work', name: 'work' }],
    statuses: [STATUS],
    health: { state: 'running', message: '' },
    ...change,
  };
}

describe('emptyState', () => {
  const NOTHING = { question: 'retries', shown: shown([]) };
  test.each<{ name: string; change: Partial<PanelState>; title: string | null; actions: readonly string[] }>([
    { name: 'before the host has answered', change: { ready: false }, title: null, actions: [] },
    { name: 'no folder', change: { folders: [] }, title: 'No folder is open', actions: ['Open Folder'] },
    { name: 'first run', change: {}, title: 'Search by meaning', actions: ['Search this workspace'] },
    {
      name: 'a fault',
      change: { question: 'x', failure: { sentence: 'No.', badQuestion: false } },
      title: 'The search did not work',
      actions: ['Show log'],
    },
    {
      name: 'a question that says too little',
      change: { question: 'lang:go', failure: { sentence: 'No.', badQuestion: true } },
      title: 'What are you looking for?',
      actions: [],
    },
    { name: 'results', change: { question: 'x', shown: shown(['a:1']) }, title: null, actions: [] },
    { name: 'the answer is under way', change: { ...NOTHING, busy: true }, title: null, actions: [] },
    { name: 'nothing at all', change: NOTHING, title: 'Nothing found', actions: ['What is not indexed?'] },
    {
      name: 'nothing by words',
      change: { ...NOTHING, filters: { ...NO_FILTERS, mode: 'keyword' } },
      title: 'Nothing found',
      actions: ['Search by meaning too', 'What is not indexed?'],
    },
    { name: 'nothing yet', change: { ...NOTHING, statuses: [INDEXING] }, title: 'Nothing found yet', actions: [] },
    {
      name: 'nothing because of a filter, even while indexing',
      change: { ...NOTHING, filters: { ...NO_FILTERS, languages: ['go'] }, statuses: [INDEXING] },
      title: 'Nothing found with these filters',
      actions: ['Drop “Go”'],
    },
    {
      name: 'nothing because of several filters',
      change: { ...NOTHING, filters: { ...NO_FILTERS, languages: ['go'], skipTests: true } },
      title: 'Nothing found with these filters',
      actions: ['Drop all filters', 'Drop “Go”', 'Drop “no tests”'],
    },
    {
      name: 'filters in the question',
      change: { ...NOTHING, question: 'retries lang:go' },
      title: 'Nothing found with these filters',
      actions: ['Search without them'],
    },
    {
      name: 'an empty index',
      change: { ...NOTHING, statuses: [{ ...STATUS, files: 0 }] },
      title: 'Nothing is indexed yet',
      actions: ['What is not indexed?'],
    },
  ])('$name', ({ change, title, actions }) => {
    const empty = emptyState(state(change));
    expect(empty?.title ?? null).toBe(title);
    expect(empty?.actions.map((action) => action.label) ?? []).toEqual(actions);
  });

  test('recent questions stand in for the first lines', () => {
    expect(emptyState(state({ history: ['one', 'two'] }))?.recent).toEqual(['one', 'two']);
  });

  test('a question without its filters keeps its words', () => {
    const [action] = emptyState(state({ ...NOTHING, question: 'lang:go failed -path:test/** retries' }))?.actions ?? [];
    expect(action?.deed).toEqual({ do: 'ask', question: 'failed retries' });
  });
});

describe('notices', () => {
  test.each<{ name: string; change: Partial<PanelState>; expected: readonly string[] }>([
    { name: 'all well', change: {}, expected: [] },
    { name: 'indexing', change: { statuses: [INDEXING] }, expected: ['Indexing: 340 of 1,200 files, 2 min left'] },
    { name: 'paused', change: { statuses: [{ ...INDEXING, phase: 'paused' }] }, expected: ['Indexing is paused at 340 of 1,200 files.'] },
    {
      name: 'failed',
      change: { statuses: [{ ...STATUS, phase: 'failed', message: 'The disk is full.' }] },
      expected: ['The disk is full.'],
    },
    { name: 'a message', change: { statuses: [{ ...STATUS, message: 'Another window indexes.' }] }, expected: ['Another window indexes.'] },
    {
      name: 'safe mode comes first',
      change: { health: { state: 'safe-mode', message: 'Keywords only.' }, statuses: [INDEXING] },
      expected: ['Keywords only.', 'Indexing: 340 of 1,200 files, 2 min left'],
    },
    {
      name: 'several folders are named',
      change: {
        folders: [
          { folder: '/work', name: 'work' },
          { folder: '/other', name: 'other' },
        ],
        statuses: [INDEXING],
      },
      expected: ['Indexing work: 340 of 1,200 files, 2 min left'],
    },
    { name: 'folders that cannot be searched', change: { problems: ['x is not on a disk.'] }, expected: ['x is not on a disk.'] },
  ])('$name', ({ change, expected }) => {
    expect(notices(state(change)).map((notice) => notice.text)).toEqual(expected);
  });

  test('progress is a share of the files', () => {
    expect(notices(state({ statuses: [INDEXING] }))[0]?.progress).toBeCloseTo(340 / 1200);
  });
});

describe('statusLine', () => {
  test.each<[Partial<PanelState>, string]>([
    [{}, ''],
    [{ shown: shown(['a:1', 'b:1']) }, '2 results in 42 ms · index 100 %'],
    [{ shown: shown(['a:1'], { ms: 1234, coverage: 0.999 }) }, '1 result in 1.2 s · index 99 %'],
    [{ shown: shown([], { mode: 'keyword', coverage: 0 }) }, 'No keyword results in 42 ms · index 0 %'],
  ])('%#', (change, expected) => {
    expect(statusLine(state(change))).toBe(expected);
  });

  test('a screen reader hears the count once the answer is there', () => {
    expect(announcement(state({ shown: shown(['a:1', 'a:2', 'b:1']) }))).toBe('3 results in 2 files');
    expect(announcement(state({ shown: shown(['a:1']), busy: true }))).toBe('');
  });
});

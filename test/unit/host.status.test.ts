import { describe, expect, test } from 'vitest';
import { bytesText } from '../../src/core/sizeText.ts';
import { explainNothing, filtersIn } from '../../src/host/quickPick/nothingFound.ts';
import { duration, sentenceOf } from '../../src/host/sentence.ts';
import { progressLine, type StatusInput, stateLine, statusText, statusTooltip } from '../../src/host/status/statusText.ts';
import type { IndexStatus } from '../../src/protocol/engine.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';

const READY: IndexStatus = {
  folder: '/home/ada/parcel',
  phase: 'ready',
  filesDone: 0,
  filesTotal: 0,
  filesPerSecond: 0,
  secondsLeft: null,
  files: 1200,
  chunks: 12_431,
  skipped: 40,
  failed: 0,
  bytesOnDisk: 8_400_000,
  embedder: { id: 'bundled', device: 'cpu', dtype: 'int4', reason: '' },
  semantic: true,
  message: '',
  indexDir: '/tmp/index',
};
const INDEXING: IndexStatus = { ...READY, phase: 'indexing', filesDone: 340, filesTotal: 1000, filesPerSecond: 85, secondsLeft: 8 };

function input(change: Partial<StatusInput> = {}): StatusInput {
  return {
    health: { state: 'running', message: '' },
    statuses: [READY],
    opening: false,
    problems: [],
    paused: false,
    searchOnly: false,
    ...change,
  };
}

const SAFE = { state: 'safe-mode', message: 'The engine ended three times: only keywords are searched.' } as const;

describe('the status bar', () => {
  test.each<[string, Partial<StatusInput>, string]>([
    ['ready', {}, '$(search) Quarry'],
    ['indexing', { statuses: [INDEXING] }, '$(sync~spin) Quarry 34 %'],
    ['two folders', { statuses: [INDEXING, { ...INDEXING, filesDone: 660 }] }, '$(sync~spin) Quarry 50 %'],
    ['nothing counted yet', { statuses: [{ ...READY, phase: 'scanning' }] }, '$(sync~spin) Quarry'],
    ['a folder still to be opened', { statuses: [], opening: true }, '$(sync~spin) Quarry'],
    ['no folder', { statuses: [] }, '$(search) Quarry'],
    ['paused', { paused: true, statuses: [{ ...INDEXING, phase: 'paused' }] }, '$(debug-pause) Quarry'],
    ['failed', { statuses: [{ ...READY, phase: 'failed' }] }, '$(warning) Quarry'],
    ['a folder that is missing', { problems: ['The folder is missing.'] }, '$(warning) Quarry'],
    ['restarting', { health: { state: 'restarting', message: 'The engine restarts.' } }, '$(sync~spin) Quarry restarting'],
    ['safe mode', { health: SAFE }, '$(warning) Quarry: keywords only'],
    ['stopped', { health: { state: 'stopped', message: 'It ended.' } }, '$(warning) Quarry stopped'],
  ])('%s', (_, change, expected) => {
    expect(statusText(input(change)).text).toBe(expected);
  });

  test('the tooltip has counts, rate, time left and the embedder', () => {
    const text = statusTooltip(input({ statuses: [INDEXING] }), () => 'parcel').replaceAll('\\', '');
    for (const part of [
      '**parcel**',
      '1,200 files, 12,431 chunks, 8.4 MB',
      'indexing 340 of 1,000 files, 85 a second, 8 s left',
      'bundled on cpu',
    ])
      expect(text).toContain(part);
  });

  test('the tooltip says why there is only keyword search', () => {
    const text = statusTooltip(input({ health: SAFE }), () => 'parcel').replaceAll('\\', '');
    expect(text).toContain(SAFE.message);
  });

  test('a name with Markdown in it stays a name', () => {
    expect(statusTooltip(input(), () => '[x](command:evil) $(flame)')).toContain('\\[x\\]\\(command:evil\\) \\$\\(flame\\)');
  });
});

test.each<[string, Partial<StatusInput>, string]>([
  ['ready', {}, '12,431 chunks, bundled, ready'],
  ['indexing', { statuses: [INDEXING] }, '12,431 chunks, bundled, indexing 340 of 1,000 files, 85 a second, 8 s left'],
  ['no folder', { statuses: [] }, 'no folder is open'],
  ['a problem', { statuses: [], problems: ['x is not on a disk.'] }, 'x is not on a disk.'],
  ['starting', { statuses: [], opening: true }, 'starting'],
  ['safe mode', { health: SAFE }, SAFE.message],
])('the state line of a search: %s', (_, change, expected) => {
  expect(stateLine(input(change))).toBe(expected);
});

test('progress without a rate says no rate', () => {
  expect(progressLine({ ...INDEXING, filesPerSecond: 0, secondsLeft: null })).toBe('indexing 340 of 1,000 files');
});

const METRICS = { retrievalMs: 3, rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' };

describe('nothing found', () => {
  const response: SearchResponse = { hits: [], ms: 3, timings: {}, mode: 'hybrid', coverage: 1, notes: [], metrics: METRICS };
  test.each<[string, string, Partial<StatusInput>, string, object]>([
    ['no folder', 'retry', { statuses: [] }, 'No folder is open.', { kind: 'command', command: 'workbench.action.files.openFolder' }],
    [
      'paused before anything was indexed',
      'retry',
      { paused: true, statuses: [{ ...READY, files: 0 }] },
      'Nothing is indexed yet, because indexing is paused.',
      { kind: 'command', command: 'quarry.resume' },
    ],
    [
      'indexing',
      'retry',
      { statuses: [INDEXING] },
      'Nothing found yet: indexing 340 of 1,000 files, 85 a second, 8 s left.',
      { kind: 'ask', question: 'retry' },
    ],
    [
      'a folder that may not be indexed',
      'retry',
      { searchOnly: true, statuses: [{ ...READY, files: 0 }] },
      'This folder is not indexed.',
      { kind: 'command', command: 'quarry.resume' },
    ],
    ['a filter', 'retry lang:go', {}, 'Nothing found with lang:go.', { kind: 'ask', question: 'retry' }],
    ['no file', 'retry', { statuses: [{ ...READY, files: 0 }] }, 'No file of this workspace is indexed.', { kind: 'command' }],
    ['nothing to blame', 'retry', {}, 'Nothing found in 1,200 files.', { kind: 'command' }],
  ])('%s', (_, question, change, sentence, step) => {
    const explained = explainNothing(question, 'hybrid', response, input(change));
    expect(explained.sentence).toBe(sentence);
    expect(explained.step).toMatchObject(step);
  });

  test('with keywords only, meaning is offered', () => {
    expect(explainNothing('retry', 'keyword', response, input()).step).toEqual({ kind: 'mode', mode: 'hybrid' });
  });
});

test.each([
  ['retry lang:go -path:test now', ['lang:go', '-path:test'], 'retry now'],
  ['path:"a b/**" x', ['path:"a b/**"'], 'x'],
  ['std::sort http://x', [], 'std::sort http://x'],
])('filters in %s', (question, filters, without) => {
  expect(filtersIn(question)).toEqual({ filters, without });
});

test.each([
  [new Error('The folder is missing.\n    at open (engine.ts:1)'), 'The folder is missing.'],
  ['plain', 'plain'],
  [new Error(''), 'Something went wrong; the log has more.'],
  ['No file [Fix](command:workbench.action.quit).ts', 'No file [Fix] (command:workbench.action.quit).ts'],
])('the sentence of an error', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence);
});

test('durations and sizes as people say them', () => {
  expect([0.2, 40, 200, 4000].map(duration)).toEqual(['1 s', '40 s', '3 min', '1 h 7 min']);
  expect([12, 1_500_000, 2_000_000_000].map(bytesText)).toEqual(['1 kB', '1.5 MB', '2.0 GB']);
});

import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/host/panel/messages.ts';
import { isWorthOffering } from '../../src/host/rerank/worthOffering.ts';
import type { FromPanel, PanelHit, PanelRerank } from '../../src/protocol/panel.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import type { SearchMetrics } from '../../src/protocol/rerank.ts';
import { createController } from '../../webview-ui/model/controller.ts';
import { allHits, hitKey } from '../../webview-ui/model/groups.ts';
import { rerankCost } from '../../webview-ui/model/rerank.ts';
import { FIRST_STATE } from '../../webview-ui/model/state.ts';
import { shownNotes, statusLine } from '../../webview-ui/model/statusLine.ts';
import { hitsAt, placesOf } from './panelHits.ts';

/** A question in the panel whose rows come at once and whose better order comes later. */

const METRICS: SearchMetrics = { retrievalMs: 42, rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' };
const RERANKED: SearchMetrics = { ...METRICS, rerankMs: 610, reranker: 'Alibaba-NLP/gte-reranker', device: 'cpu', candidates: 3 };
const RERANK: PanelRerank = { enabled: true, candidates: 50, msEach: null, device: '', budgetMs: 800 };

function askedPanel() {
  const sent: FromPanel[] = [];
  const controller = createController({ post: (message) => sent.push(message), later: () => () => undefined }, FIRST_STATE);
  controller.receive({
    type: 'state',
    session: 'one',
    question: 'failed uploads',
    filters: NO_FILTERS,
    similar: null,
    history: [],
    folders: [{ folder: '/work', name: 'work' }],
    statuses: [],
    health: { state: 'running', message: '' },
    problems: [],
    rerank: RERANK,
  });
  const search = sent.find((message) => message.type === 'search')?.search ?? 0;
  const answer = (hits: readonly PanelHit[], refining: boolean, metrics: SearchMetrics): void =>
    controller.receive({ type: 'results', search, hits, ms: 900, mode: 'hybrid', coverage: 1, notes: [], metrics, refining });
  return { controller, sent, answer, rows: () => placesOf(allHits(controller.state().shown?.groups ?? [])) };
}

const FIRST = hitsAt('a.ts:1', 'b.ts:2', 'c.ts:3');
const BETTER = hitsAt('c.ts:3', 'a.ts:1', 'b.ts:2').map((hit, at) => ({
  ...hit,
  reranked: { score: 1 - at / 10, moved: at === 0 ? 2 : -1 },
}));

describe('a reranked answer', () => {
  test('takes the place of the first one, and the panel is busy until it is there', () => {
    const { controller, answer, rows } = askedPanel();
    answer(FIRST, true, METRICS);
    expect(rows()).toEqual(['a.ts:1', 'b.ts:2', 'c.ts:3']);
    expect(controller.state().busy).toBe(true);
    expect(statusLine(controller.state())).toBe('3 results in 42 ms · index 100 % · reranking…');
    answer(BETTER, false, RERANKED);
    expect(rows()).toEqual(['c.ts:3', 'a.ts:1', 'b.ts:2']);
    expect(controller.state().busy).toBe(false);
    expect(statusLine(controller.state())).toBe('3 results in 42 ms · index 100 % · reranked 3 with gte-reranker on CPU, 610 ms');
  });

  test('does not move a row that the person has reached, and offers its own order', () => {
    const { controller, answer, rows } = askedPanel();
    answer(FIRST, true, METRICS);
    controller.treeFocus(true);
    controller.activate(hitKey(FIRST[0] as PanelHit));
    answer(BETTER, false, RERANKED);
    expect(rows()).toEqual(['a.ts:1', 'c.ts:3', 'b.ts:2']);
    // The row that stays says all the same how far it would have moved.
    expect(allHits(controller.state().shown?.groups ?? []).map(({ reranked }) => reranked?.moved)).toEqual([-1, 2, -1]);
    controller.showBetter();
    expect(rows()).toEqual(['c.ts:3', 'a.ts:1', 'b.ts:2']);
  });

  test('that did not come about leaves the rows, and says why once', () => {
    const { controller, answer, rows } = askedPanel();
    answer(FIRST, true, METRICS);
    answer(FIRST, false, { ...METRICS, reranker: 'x/y', fallback: 'Not reranked: x/y is not installed.' });
    expect(rows()).toEqual(['a.ts:1', 'b.ts:2', 'c.ts:3']);
    expect(shownNotes(controller.state())).toEqual(['Not reranked: x/y is not installed.']);
    expect(statusLine(controller.state())).toBe('3 results in 42 ms · index 100 %');
  });

  test('of an older question, or a second one, changes nothing', () => {
    const { controller, answer, rows } = askedPanel();
    answer(FIRST, false, METRICS);
    answer(BETTER, false, RERANKED);
    expect(rows()).toEqual(['a.ts:1', 'b.ts:2', 'c.ts:3']);
    const second = askedPanel();
    second.answer(FIRST, true, METRICS);
    second.controller.submit();
    second.answer(BETTER, false, RERANKED);
    expect(second.rows()).toEqual(['a.ts:1', 'b.ts:2', 'c.ts:3']);
    expect(controller.state().busy).toBe(false);
  });
});

describe('the control', () => {
  test('asks the host, and the host takes only what can be', () => {
    const { controller, sent } = askedPanel();
    expect(controller.state().rerank).toEqual(RERANK);
    controller.setRerank(false, 20);
    controller.questionFocused();
    expect(sent.slice(-2)).toEqual([{ type: 'rerank', enabled: false, candidates: 20 }, { type: 'boxFocused' }]);
    for (const message of sent) expect(readMessage(message)).toEqual(message);
    for (const candidates of [9, 201, 20.5, '20']) expect(readMessage({ type: 'rerank', enabled: true, candidates })).toBeNull();
    expect(readMessage({ type: 'rerank', candidates: 20 })).toBeNull();
  });

  test.each<[string, Partial<PanelRerank>, string]>([
    ['before anything was measured', {}, 'at most 800 ms on a CPU'],
    ['on a GPU', { msEach: 4, device: 'cuda' }, 'about 200 ms for 50 on CUDA here'],
    ['within the budget', { msEach: 12, device: 'cpu' }, 'about 600 ms for 50 on CPU here'],
    ['beyond it', { msEach: 40, device: 'cpu' }, 'about 20 of them fit into 800 ms on CPU here'],
  ])('says what it costs %s', (_, change, cost) => {
    expect(rerankCost({ ...RERANK, ...change })).toBe(`Read the best 50 results again with the question: ${cost}`);
  });
});

test.each([
  ['a GPU serves, and nobody was asked', 'cuda', false, false, true],
  ['it is on already', 'cuda', true, false, false],
  ['it was offered before', 'webgpu', false, true, false],
  ['the CPU serves', 'cpu', false, false, false],
])('reranking is offered when it is cheap: %s', (_, device, enabled, offered, expected) => {
  expect(isWorthOffering([{ embedder: { id: 'x', device, dtype: 'fp16', reason: '' } }], enabled, offered)).toBe(expected);
});

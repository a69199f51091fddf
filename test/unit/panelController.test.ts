import { describe, expect, test } from 'vitest';
import type { FromPanel, PanelHit, ToPanel } from '../../src/protocol/panel.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { createController } from '../../webview-ui/model/controller.ts';
import { allHits, hitKey } from '../../webview-ui/model/groups.ts';
import { readSnapshot, takeSnapshot } from '../../webview-ui/model/snapshot.ts';
import { FIRST_STATE, type PanelState } from '../../webview-ui/model/state.ts';
import { hitAt, hitsAt, placesOf } from './panelHits.ts';

type StateMessage = Extract<ToPanel, { type: 'state' }>;

const STATE: StateMessage = {
  type: 'state',
  session: 'one',
  question: '',
  filters: NO_FILTERS,
  similar: null,
  history: ['older question'],
  folders: [{ folder: '/work', name: 'work' }],
  statuses: [],
  health: { state: 'running', message: '' },
  problems: [],
};

/** A panel without a page: time stands still until `rest` lets the typing pause pass. */
function openPanel(options: { state?: Partial<StateMessage>; first?: PanelState } = {}) {
  const sent: FromPanel[] = [];
  let pending: (() => void) | null = null;
  const controller = createController(
    {
      post: (message) => sent.push(message),
      later: (_, task) => {
        pending = task;
        return () => {
          pending = null;
        };
      },
    },
    options.first ?? FIRST_STATE,
  );
  controller.receive({ ...STATE, ...options.state });
  const searches = () => sent.filter((message) => message.type === 'search');
  return {
    controller,
    sent,
    searches,
    rest: () => {
      const task = pending;
      pending = null;
      task?.();
    },
    answer: (hits: readonly PanelHit[], search = searches().at(-1)?.search ?? 0) =>
      controller.receive({ type: 'results', search, hits, ms: 5, mode: 'hybrid', coverage: 1, notes: [] }),
    rows: () => placesOf(allHits(controller.state().shown?.groups ?? [])),
  };
}

function asked(question: string, ...places: readonly string[]) {
  const panel = openPanel({ state: { question } });
  panel.answer(hitsAt(...places));
  return panel;
}

describe('asking', () => {
  test('typing asks after a rest, once, with the last text', () => {
    const panel = openPanel();
    for (const text of ['r', 're', 'retr', 'retries']) panel.controller.type(text);
    expect(panel.searches()).toEqual([]);
    panel.rest();
    expect(panel.searches().map(({ question, remember }) => [question, remember])).toEqual([['retries', false]]);
  });

  test('one letter waits for Enter, and Enter asks at once and is remembered', () => {
    const panel = openPanel();
    panel.controller.type('r');
    panel.rest();
    expect(panel.searches()).toEqual([]);
    panel.controller.submit();
    expect(panel.searches().map(({ question, remember }) => [question, remember])).toEqual([['r', true]]);
  });

  test('Enter calls the waiting search off', () => {
    const panel = openPanel();
    panel.controller.type('retries');
    panel.controller.submit();
    panel.rest();
    expect(panel.searches()).toHaveLength(1);
  });

  test('an emptied box cancels and shows nothing', () => {
    const panel = asked('retries', 'a:1');
    panel.controller.type('');
    expect(panel.sent.at(-1)).toEqual({ type: 'cancel' });
    expect(panel.controller.state().shown).toBeNull();
  });

  test('an answer to an older question is dropped', () => {
    const panel = openPanel({ state: { question: 'one' } });
    const first = panel.searches()[0]?.search ?? 0;
    panel.controller.type('two');
    panel.controller.submit();
    panel.answer(hitsAt('a:1'), first);
    expect(panel.rows()).toEqual([]);
    panel.answer(hitsAt('b:1'));
    expect(panel.rows()).toEqual(['b:1']);
  });

  test('a failure is shown until the next answer', () => {
    const panel = asked('retries', 'a:1');
    panel.controller.submit();
    panel.controller.receive({ type: 'failed', search: panel.searches().at(-1)?.search ?? 0, message: 'No.', badQuestion: false });
    expect(panel.controller.state().failure?.sentence).toBe('No.');
    panel.controller.submit();
    panel.answer(hitsAt('a:1'));
    expect(panel.controller.state().failure).toBeNull();
  });

  test('walking through the history asks after a rest', () => {
    const panel = openPanel();
    expect(panel.controller.walk(-1)).toBe(true);
    expect(panel.controller.walk(-1)).toBe(false);
    panel.rest();
    expect(panel.searches().map(({ question }) => question)).toEqual(['older question']);
    expect(panel.controller.walk(1)).toBe(true);
    expect(panel.controller.state().question).toBe('');
  });

  test('the folder of a hit is left out by a filter', () => {
    const panel = asked('retries', 'src/upload/a.ts:1');
    panel.controller.excludeFolder(hitKey(hitAt('src/upload/a.ts:1')));
    expect(panel.searches().at(-1)?.filters.exclude).toEqual(['src/upload']);
  });

  test('similar code is kept while filters change, and left when the person types', () => {
    const panel = openPanel();
    panel.controller.receive({ type: 'ask', question: '', filters: null, similar: { label: 'a.ts:1' } });
    panel.controller.setFilters({ ...NO_FILTERS, skipTests: true });
    panel.controller.type('retries');
    panel.rest();
    expect(panel.searches().map(({ similar }) => similar)).toEqual([true, true, false]);
  });
});

describe('refining', () => {
  test('a refresh of the same question keeps the rows that the person has reached', () => {
    const panel = asked('retries', 'a:1', 'b:1', 'c:1');
    panel.controller.treeFocus(true);
    panel.controller.activate(hitKey(hitAt('b:1')));
    panel.controller.receive({ type: 'refresh' });
    panel.answer(hitsAt('c:1', 'd:1', 'b:1', 'a:1'));
    expect(panel.rows()).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
    panel.controller.showBetter();
    expect(panel.rows()).toEqual(['c:1', 'd:1', 'b:1', 'a:1']);
  });

  test('the row under the pointer holds too, and lets go when the pointer leaves', () => {
    const panel = asked('retries', 'a:1', 'b:1');
    panel.controller.hover(hitKey(hitAt('a:1')));
    panel.controller.receive({ type: 'refresh' });
    panel.answer(hitsAt('b:1', 'a:1'));
    expect(panel.rows()).toEqual(['a:1', 'b:1']);
    panel.controller.hover(null);
    panel.controller.receive({ type: 'refresh' });
    panel.answer(hitsAt('b:1', 'a:1'));
    expect(panel.rows()).toEqual(['b:1', 'a:1']);
  });

  test('another question starts at the top with nothing selected', () => {
    const panel = asked('retries', 'a:1', 'b:1');
    panel.controller.treeFocus(true);
    panel.controller.activate(hitKey(hitAt('b:1')));
    panel.controller.type('backoff');
    panel.controller.submit();
    panel.answer(hitsAt('c:1', 'b:1'));
    expect(panel.rows()).toEqual(['c:1', 'b:1']);
    expect(panel.controller.state().active).toBeNull();
  });

  test('more results come below those that are shown', () => {
    const panel = asked('retries', 'a:1', 'b:1');
    panel.controller.more();
    expect(panel.searches().at(-1)?.limit).toBe(200);
    panel.answer(hitsAt('c:1', 'a:1', 'b:1', 'd:1'));
    expect(panel.rows()).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
  });

  test('changed and deleted files are marked, and fresh ones are not', () => {
    const panel = asked('retries', 'a:1', 'b:2', 'c:3');
    panel.controller.receive({ type: 'stale', changed: [1], deleted: [2] });
    expect(allHits(panel.controller.state().shown?.groups ?? []).map((hit) => hit.stale)).toEqual(['changed', 'deleted', null]);
    panel.controller.receive({ type: 'stale', changed: [], deleted: [] });
    expect(allHits(panel.controller.state().shown?.groups ?? []).map((hit) => hit.stale)).toEqual([null, null, null]);
  });
});

describe('going to places', () => {
  test('stepping opens the next hit in the editor and opens its collapsed file', () => {
    const panel = asked('retries', 'a:1', 'b:2');
    panel.controller.toggleGroup('/work\nb');
    panel.controller.activate(hitKey(hitAt('a:1')));
    panel.controller.receive({ type: 'step', by: 1 });
    expect(panel.sent.at(-1)).toEqual({ type: 'open', hit: 2, toSide: false, keepFocus: false });
    expect(panel.controller.state().collapsed).toEqual([]);
  });

  test('a row that is gone opens nothing', () => {
    const panel = asked('retries', 'a:1');
    const before = panel.sent.length;
    panel.controller.open('no such row', { toSide: false, keepFocus: true });
    expect(panel.sent).toHaveLength(before);
  });
});

describe('coming back', () => {
  function comeBack(session: string, question = 'retries') {
    const before = asked('retries', 'a:1', 'b:2');
    before.controller.toggleGroup('/work\nb');
    before.controller.scrolled(120);
    const kept: unknown = JSON.parse(JSON.stringify(takeSnapshot(before.controller.state())));
    return openPanel({ first: readSnapshot(kept), state: { session, question } });
  }

  test('in the same session everything is as it was, and nothing is asked again', () => {
    const panel = comeBack('one', 'what the host kept');
    const { question, collapsed, scrollTop } = panel.controller.state();
    expect({ question, collapsed, scrollTop, rows: panel.rows() }).toEqual({
      question: 'retries',
      collapsed: ['/work\nb'],
      scrollTop: 120,
      rows: ['a:1', 'b:2'],
    });
    expect(panel.searches()).toEqual([]);
  });

  test('in another session the rows stand at once and the question is asked again for their numbers', () => {
    const panel = comeBack('two');
    expect(panel.rows()).toEqual(['a:1', 'b:2']);
    expect(panel.searches().map(({ question }) => question)).toEqual(['retries']);
    panel.answer([hitAt('a:1', { id: 9 })]);
    panel.controller.open(hitKey(hitAt('a:1')), { toSide: true, keepFocus: true });
    expect(panel.sent.at(-1)).toEqual({ type: 'open', hit: 9, toSide: true, keepFocus: true });
  });

  test('in another session the question that the host kept is the later one', () => {
    const panel = comeBack('two', 'asked last');
    expect(panel.searches().map(({ question }) => question)).toEqual(['asked last']);
  });

  test('without anything of its own the panel takes what the host kept', () => {
    const panel = openPanel({ state: { question: 'what the host kept' } });
    expect(panel.searches().map(({ question }) => question)).toEqual(['what the host kept']);
  });

  test.each([
    ['nothing', undefined],
    ['another format', { format: 0, question: 'x' }],
    ['half a snapshot', { format: 1, question: 'x' }],
    ['rows that are none', { ...Object(takeSnapshot(FIRST_STATE)), shown: { groups: [{ key: 'a', hits: [{}] }] } }],
    ['text', 'x'],
  ])('%s is no state to come back to', (_, kept) => {
    expect(readSnapshot(kept)).toEqual(FIRST_STATE);
  });
});

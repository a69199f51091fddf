import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { startBrowser } from '../runner/browser.ts';
import { HITS, hostState, INDEXING, manyHits, results, workspace } from './panel-page.fixtures.ts';
import { openPanel, type PageOptions, type PanelPage, type PanelServer, startPanelServer } from './panel-page.server.ts';

let server: PanelServer;
let browser: Browser;
const opened: PanelPage[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startPanelServer(), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

// No test may leave a fault behind: an error of the script, or something that the content security policy refused.
afterEach(async () => {
  for (const panel of opened.splice(0)) {
    const faults = [...panel.faults];
    await panel.close();
    expect(faults).toEqual([]);
  }
});

async function show(state = hostState(), options: PageOptions = {}): Promise<PanelPage> {
  const panel = await openPanel(browser, server, options);
  opened.push(panel);
  await panel.next('ready');
  await panel.post(state);
  await panel.page.getByRole('radio', { name: 'Hybrid' }).waitFor();
  return panel;
}

async function showResults(change: Parameters<typeof results>[1] = {}, options: PageOptions = {}): Promise<PanelPage> {
  const panel = await show(hostState({ question: 'failed uploads' }), options);
  await panel.post(results((await panel.next('search')).search, change));
  await panel.page.getByRole('tree').waitFor();
  return panel;
}

const question = (panel: PanelPage) => panel.page.getByRole('textbox', { name: 'Question' });
const tree = (panel: PanelPage) => panel.page.getByRole('tree', { name: 'Results' });
const active = (panel: PanelPage) => panel.page.locator('[role="treeitem"][aria-selected="true"]');
const focused = (panel: PanelPage) => panel.page.evaluate("document.activeElement?.getAttribute('aria-label')");
const press = async (panel: PanelPage, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await panel.page.keyboard.press(key);
};

describe('the question', () => {
  test('is asked while typing, and at once on Enter; Shift+Enter begins a line and the box grows', async () => {
    const panel = await show();
    await question(panel).fill('failed uploads');
    expect(await panel.next('search')).toMatchObject({ question: 'failed uploads', remember: false });
    await question(panel).press('Enter');
    expect(await panel.next('search', 1)).toMatchObject({ question: 'failed uploads', remember: true });
    const before = (await question(panel).boundingBox())?.height ?? 0;
    await press(panel, 'Shift+Enter', 'Shift+Enter');
    await expect.poll(() => question(panel).inputValue()).toBe('failed uploads\n\n');
    expect((await question(panel).boundingBox())?.height).toBeGreaterThan(before);
  });

  test('is seen whole when the panel becomes narrower', async () => {
    const panel = await show(hostState({ question: 'where are failed uploads retried after the connection was lost' }));
    const height = async (): Promise<number> => (await question(panel).boundingBox())?.height ?? 0;
    const before = await height();
    await panel.page.setViewportSize({ width: 200, height: 700 });
    await expect.poll(height).toBeGreaterThan(before);
  });

  test('Up and Down walk the history, and Down at its end leads to the results', async () => {
    const panel = await show(hostState({ history: ['newest', 'older'] }));
    await question(panel).focus();
    await press(panel, 'ArrowUp', 'ArrowUp');
    await expect.poll(() => question(panel).inputValue()).toBe('older');
    await press(panel, 'ArrowDown', 'ArrowDown');
    await expect.poll(() => question(panel).inputValue()).toBe('');
    await question(panel).fill('uploads');
    await panel.post(results((await panel.next('search')).search));
    await tree(panel).waitFor();
    await press(panel, 'ArrowDown');
    await expect.poll(() => focused(panel)).toBe('Results');
  });

  test('completes filters and their values, and Enter still asks while nothing is chosen', async () => {
    const panel = await show();
    await question(panel).focus();
    await press(panel, 'Control+Space', 'ArrowDown', 'Enter');
    await expect.poll(() => question(panel).inputValue()).toBe('lang:');
    await panel.page.keyboard.type('pyt');
    await panel.page.getByRole('option', { name: 'python' }).waitFor();
    await press(panel, 'Tab');
    await expect.poll(() => question(panel).inputValue()).toBe('lang:python ');
    await panel.page.keyboard.type('kind:me');
    await panel.page.getByRole('listbox', { name: 'Completions' }).waitFor();
    await press(panel, 'Enter');
    await panel.page.getByRole('listbox', { name: 'Completions' }).waitFor({ state: 'detached' });
    expect((await panel.sent()).filter(({ type }) => type === 'search').at(-1)).toMatchObject({
      question: 'lang:python kind:me',
      remember: true,
    });
  });

  test('is cleared by its button, and Escape leads back to the editor', async () => {
    const panel = await showResults();
    await panel.page.getByRole('button', { name: 'Clear' }).click();
    await panel.next('cancel');
    await expect.poll(() => question(panel).inputValue()).toBe('');
    await press(panel, 'Escape');
    expect(await panel.next('run')).toEqual({ type: 'run', action: 'focusEditor' });
  });
});

describe('results', () => {
  test('are grouped by file with counts, snippets, line numbers and marks', async () => {
    const panel = await showResults();
    const files = panel.page.locator('[role="treeitem"][aria-level="1"]');
    expect(await files.locator('.name').allInnerTexts()).toEqual([
      'retry.ts',
      'upload_retrier.py',
      'upload_retry.go',
      'operations.md',
      'evil.ts',
    ]);
    await expect.poll(() => files.first().locator('.badge').innerText()).toBe('2');
    const hit = panel.page.locator('#hit-1');
    await expect.poll(() => hit.locator('.number').allInnerTexts()).toEqual(['42', '43', '44', '45', '46', '47', '48', '49']);
    await expect.poll(() => hit.locator('mark').allInnerTexts()).toContain('Failed');
    await hit.locator('.t-keyword').first().waitFor();
    await expect.poll(() => panel.page.getByText('6 results in 42 ms · index 100 %').count()).toBe(1);
    await expect.poll(() => panel.page.getByRole('status').innerText()).toBe('6 results in 5 files');
  });

  test('show the contents of files as text, never as markup', async () => {
    const panel = await showResults();
    const hit = panel.page.locator('#hit-6');
    await hit.scrollIntoViewIfNeeded();
    await expect.poll(() => hit.locator('.text').first().innerText()).toContain('<img src=x onerror=alert(1)><script>');
    await expect.poll(() => hit.locator('.text').nth(1).innerText()).toContain('&lt;b&gt;');
    await expect.poll(() => hit.locator('.symbol').innerText()).toBe('<b>template</b>');
    expect(await panel.page.locator('.tree img, .tree script, .tree b').count()).toBe(0);
  });

  test('are walked by keys: the tree keeps the focus and names the active row', async () => {
    const panel = await showResults();
    await tree(panel).focus();
    await press(panel, 'ArrowDown', 'ArrowDown');
    await expect.poll(() => tree(panel).getAttribute('aria-activedescendant')).toBe('hit-3');
    await expect.poll(() => active(panel).getAttribute('id')).toBe('hit-3');
    await press(panel, 'ArrowLeft', 'ArrowLeft');
    await expect.poll(() => active(panel).getAttribute('aria-expanded')).toBe('false');
    await expect.poll(() => panel.page.locator('#hit-3').count()).toBe(0);
    await press(panel, 'ArrowRight', 'ArrowRight', 'Enter');
    expect(await panel.next('open')).toEqual({ type: 'open', hit: 1, toSide: false, keepFocus: true });
    await press(panel, 'Control+Enter');
    expect(await panel.next('open', 1)).toEqual({ type: 'open', hit: 1, toSide: true, keepFocus: true });
    await press(panel, '/');
    await expect.poll(() => focused(panel)).toBe('Question');
  });

  test('open on a click, which leaves the keys to the tree, and for good on a double click', async () => {
    const panel = await showResults();
    await panel.page.locator('#hit-2 .snippet').click();
    expect(await panel.next('open')).toEqual({ type: 'open', hit: 2, toSide: false, keepFocus: true });
    await expect.poll(() => focused(panel)).toBe('Results');
    await press(panel, 'ArrowDown', 'ArrowDown', 'Control+c');
    expect(await panel.next('copyPath')).toEqual({ type: 'copyPath', hit: 4 });
    await panel.page.locator('#hit-2 .snippet').dblclick();
    expect(await panel.next('open', 3)).toEqual({ type: 'open', hit: 2, toSide: false, keepFocus: false });
  });

  test('offer their actions by pointer and by Tab, and say why they are there', async () => {
    const panel = await showResults();
    await panel.page.locator('#hit-2').hover();
    await panel.page.locator('#hit-2').getByRole('button', { name: 'Copy path and line' }).click();
    expect(await panel.next('copyPath')).toEqual({ type: 'copyPath', hit: 2 });
    await panel.page.locator('#hit-2').getByRole('button', { name: 'Find similar code' }).click();
    expect(await panel.next('findSimilar')).toEqual({ type: 'findSimilar', hit: 2 });
    await tree(panel).focus();
    await press(panel, 'Home', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    const why = panel.page.locator('#hit-1').getByRole('table', { name: 'Why this result' });
    await why.waitFor();
    await expect.poll(() => why.locator('.size').allInnerTexts()).toEqual(['+0.42', '+0.31', '×1.35', '×0.70', '']);
    await expect.poll(() => why.locator('.detail code').innerText()).toBe('retryFailed');
    await panel.page.locator('#hit-1').getByRole('button', { name: 'Exclude this folder' }).click();
    expect((await panel.next('search', 1)).filters.exclude).toEqual(['src/upload']);
  });

  test('hold still above the focused row when a later answer comes', async () => {
    const panel = await showResults();
    await panel.page.locator('#hit-2').click();
    const before = await panel.page.locator('#hit-2').boundingBox();
    await panel.post({ type: 'refresh' });
    const { search } = await panel.next('search', 1);
    const better = [...manyHits(3), ...HITS.toReversed()];
    await panel.post(results(search, { hits: better, ms: 77 }));
    await panel.page.getByText('in 77 ms').waitFor();
    await expect.poll(() => panel.page.locator('#hit-2').boundingBox()).toEqual(before);
    await panel.page.getByRole('button', { name: 'New order' }).click();
    await expect.poll(() => panel.page.locator('[role="treeitem"][aria-level="2"]').first().getAttribute('id')).toBe('hit-1000');
  });

  test('are marked when their file changed', async () => {
    const panel = await showResults();
    await panel.post({ type: 'stale', changed: [2], deleted: [3] });
    await panel.page.locator('#hit-2').getByText('changed since').waitFor();
    await panel.page.locator('#hit-3').getByText('file is gone').waitFor();
    await expect.poll(() => panel.page.locator('.stale-mark').count()).toBe(2);
  });
});

describe('coming back', () => {
  test('rows, collapsed files and place survive hiding the view', async () => {
    const panel = await showResults({ hits: manyHits(60) });
    await panel.page.locator('[role="treeitem"][aria-level="1"]').first().click();
    await panel.page.evaluate("document.querySelector('.results').scrollTop = 900");
    await panel.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await panel.reload();
    expect(await panel.next('ready')).toEqual({ type: 'ready', session: 'one' });
    await panel.post(hostState());
    await tree(panel).waitFor();
    await expect.poll(() => panel.page.locator('[aria-expanded="false"][role="treeitem"]').count()).toBe(1);
    await expect.poll(() => panel.page.evaluate("document.querySelector('.results').scrollTop")).toBe(900);
    expect((await panel.sent()).filter(({ type }) => type === 'search')).toEqual([]);
  });
});

describe('what is going on', () => {
  test('nothing found because of a filter: a button drops it', async () => {
    const panel = await show(hostState({ question: 'uploads', filters: { ...NO_FILTERS, languages: ['go'] } }));
    await panel.post(results((await panel.next('search')).search, { hits: [] }));
    await panel.page.getByRole('button', { name: 'Drop “Go”' }).click();
    expect((await panel.next('search', 1)).filters).toEqual(NO_FILTERS);
  });

  test('indexing shows how far it is, and results all the same', async () => {
    const panel = await showResults();
    await panel.post({ type: 'status', ...workspace({ statuses: [INDEXING] }) });
    await panel.page.getByText('Indexing: 340 of 1,200 files, 12 s left').waitFor();
    await expect.poll(() => panel.page.getByRole('progressbar', { name: 'Indexing' }).getAttribute('aria-valuenow')).toBe('28');
    await expect.poll(() => panel.page.locator('#hit-1').count()).toBe(1);
  });

  test('no folder: a button opens one', async () => {
    const panel = await show(hostState(workspace({ folders: [], statuses: [] })));
    await panel.page.getByRole('button', { name: 'Open Folder' }).click();
    expect(await panel.next('run')).toEqual({ type: 'run', action: 'openFolder' });
  });

  test('recent questions are asked again on a click, and forgotten by their button', async () => {
    const panel = await show(hostState({ history: ['newest', 'older'] }));
    await panel.page.getByRole('button', { name: 'Forget “newest”' }).click({ force: true });
    expect(await panel.next('forget')).toEqual({ type: 'forget', question: 'newest' });
    await panel.page.getByRole('button', { name: 'older', exact: true }).click();
    expect(await panel.next('search')).toMatchObject({ question: 'older', remember: true });
  });
});

describe('filters', () => {
  test('mode, kind, language and paths narrow the search', async () => {
    const panel = await showResults();
    await panel.page.getByRole('radio', { name: 'Meaning' }).click();
    await panel.page.getByRole('button', { name: 'Filters', exact: true }).click();
    await panel.page.getByRole('button', { name: 'Functions' }).click();
    await panel.page.getByRole('button', { name: 'Python' }).click();
    await panel.page.getByRole('textbox', { name: 'files to include' }).fill('src, *.py');
    await press(panel, 'Enter');
    expect((await panel.next('search', 4)).filters).toEqual({
      ...NO_FILTERS,
      mode: 'semantic',
      kinds: ['function', 'method', 'macro'],
      languages: ['python'],
      include: ['src', '*.py'],
    });
    await panel.page.getByRole('button', { name: 'Filters', exact: true }).click();
    await panel.page.getByRole('button', { name: 'Drop the filter only Python' }).click();
    expect((await panel.next('search', 5)).filters.languages).toEqual([]);
  });
});

describe('looks', () => {
  test.each<[string, PageOptions]>([
    ['200 px', { width: 200 }],
    ['200 % zoom', { width: 400, height: 700, zoom: 2 }],
    ['high contrast', { width: 260, theme: 'high-contrast' }],
  ])('nothing is cut off sideways at %s', async (_, options) => {
    const panel = await showResults({}, options);
    await panel.page.getByRole('button', { name: 'Filters', exact: true }).click();
    await expect.poll(() => panel.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const wide = await panel.page.evaluate(
      "[...document.querySelectorAll('.top button, .top input, .row, .head > *')].filter((e) => e.getBoundingClientRect().right > innerWidth).length",
    );
    expect(wide).toBe(0);
  });

  test('nothing moves by itself when the person asked for less motion', async () => {
    const panel = await show(hostState({ question: 'uploads', ...workspace({ statuses: [INDEXING] }) }), { reducedMotion: true });
    await panel.page.locator('.busy').waitFor();
    expect(await panel.page.evaluate("document.getAnimations().map((a) => a.animationName + ' ' + a.effect.target.className)")).toEqual([]);
  });

  test('every control has a name', async () => {
    const panel = await showResults();
    await panel.page.getByRole('button', { name: 'Filters', exact: true }).click();
    const nameless = await panel.page.evaluate(
      "[...document.querySelectorAll('button, input, textarea, [role]:not([role=none])')].filter((e) => !e.closest('[aria-hidden=true]') && !(e.getAttribute('aria-label') || e.innerText?.trim() || e.labels?.length) && e.getAttribute('role') !== 'group' && e.getAttribute('role') !== 'status').map((e) => e.outerHTML)",
    );
    expect(nameless).toEqual([]);
  });
});

describe('reranking', () => {
  const rerank = { enabled: false, candidates: 50, msEach: 12, device: 'cpu', budgetMs: 800 };
  const control = (panel: PanelPage) => panel.page.getByRole('button', { name: 'Rerank' });

  test('is switched on and off, and the slider says how many results; both fit a narrow panel', async () => {
    const panel = await show(hostState({ rerank }), { width: 200 });
    await expect.poll(() => control(panel).getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => control(panel).getAttribute('title')).toContain('about 600 ms for 50 on CPU here');
    await control(panel).click();
    expect(await panel.next('rerank')).toEqual({ type: 'rerank', enabled: true, candidates: 50 });
    await panel.post({ type: 'status', ...workspace({ rerank: { ...rerank, enabled: true } }) });
    const slider = panel.page.getByRole('slider', { name: 'Results to rerank' });
    await slider.focus();
    await press(panel, 'ArrowRight');
    expect(await panel.next('rerank', 1)).toEqual({ type: 'rerank', enabled: true, candidates: 60 });
    await expect.poll(() => panel.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('is busy until the better order is there, and rows then say how far they moved', async () => {
    const panel = await show(hostState({ question: 'failed uploads', rerank: { ...rerank, enabled: true } }));
    const { search } = await panel.next('search');
    await panel.post(results(search, { refining: true }));
    await tree(panel).waitFor();
    await expect.poll(() => panel.page.locator('.busy-bar.busy').count()).toBe(1);
    const better = [...HITS].reverse().map((hit) => ({ ...hit, reranked: { score: 0.5, moved: hit === HITS.at(-1) ? 3 : 0 } }));
    await panel.post(results(search, { hits: better }));
    await expect.poll(() => panel.page.locator('.busy-bar.busy').count()).toBe(0);
    await expect.poll(() => panel.page.getByText('↑3').getAttribute('title')).toBe('Moved up 3 places by reranking');
  });
});

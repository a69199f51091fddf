// Takes pictures of every state of the panel into `shots/`: `node test/e2e/panel-page.shots.ts [part of a name]`.
import fs from 'node:fs';
import path from 'node:path';
import type { ToPanel } from '../../src/protocol/panel.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { startBrowser } from '../runner/browser.ts';
import { HITS, hostState, INDEXING, results, status, workspace } from './panel-page.fixtures.ts';
import { openPanel, type PageOptions, type PanelPage, startPanelServer, THEMES } from './panel-page.server.ts';

interface Shot extends PageOptions {
  readonly name: string;
  readonly state: ToPanel;
  readonly act?: (panel: PanelPage) => Promise<void>;
}

const QUESTION = 'where are failed uploads retried';
const asked = hostState({ question: QUESTION });

function answer(change: Parameters<typeof results>[1] = {}): (panel: PanelPage) => Promise<void> {
  return async (panel) => {
    const { search } = await panel.next('search');
    await panel.post(results(search, change));
    if (change?.hits?.length !== 0) await panel.page.getByRole('tree').waitFor();
  };
}

const withResults: readonly Shot[] = THEMES.flatMap((theme) => [{ name: `results-${theme}`, theme, state: asked, act: answer() }]);

const SHOTS: readonly Shot[] = [
  ...withResults,
  { name: 'results-200px', width: 200, state: asked, act: answer() },
  { name: 'results-zoom-200', width: 640, height: 1400, zoom: 2, state: asked, act: answer() },
  {
    name: 'focused',
    state: asked,
    act: async (panel) => {
      await answer({
        hits: HITS.map((hit, index) => (index === 1 ? { ...hit, stale: 'changed' } : hit)),
        notes: ['Test files were left out.'],
      })(panel);
      await panel.page.getByRole('tree').focus();
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('Space');
    },
  },
  {
    name: 'hover-200px',
    width: 200,
    theme: 'light',
    state: asked,
    act: async (panel) => {
      await answer()(panel);
      await panel.page.getByRole('treeitem').nth(1).hover();
    },
  },
  {
    name: 'focused-high-contrast',
    theme: 'high-contrast',
    state: asked,
    act: async (panel) => {
      await answer()(panel);
      await panel.page.getByRole('tree').focus();
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('Space');
    },
  },
  {
    name: 'filters-open',
    state: hostState({ question: QUESTION, filters: { ...NO_FILTERS, languages: ['typescript'], skipTests: true, exclude: ['vendor'] } }),
    act: async (panel) => {
      await answer()(panel);
      await panel.page.getByRole('button', { name: 'Filters' }).click();
    },
  },
  {
    name: 'filters-chips',
    state: hostState({
      question: QUESTION,
      filters: {
        ...NO_FILTERS,
        languages: ['typescript'],
        kinds: ['function', 'method', 'macro'],
        skipTests: true,
        exclude: ['vendor/very/long/path/of/things'],
      },
    }),
    act: answer(),
  },
  {
    name: 'completions',
    state: hostState(),
    act: async (panel) => {
      await panel.page.getByRole('textbox', { name: 'Question' }).focus();
      await panel.page.keyboard.type('retries lang:ja');
      await panel.page.keyboard.press('ArrowDown');
    },
  },
  { name: 'no-folder', state: hostState(workspace({ folders: [], statuses: [] })) },
  { name: 'first-run', state: hostState(workspace({ statuses: [INDEXING] })) },
  { name: 'first-run-light-200px', theme: 'light', width: 200, state: hostState(workspace({ statuses: [INDEXING] })) },
  {
    name: 'recent',
    state: hostState({ history: [QUESTION, 'parse the config file', 'how does a session end when the user closes the last window'] }),
  },
  {
    name: 'indexing-results',
    state: hostState({ question: QUESTION, ...workspace({ statuses: [INDEXING] }) }),
    act: answer({ coverage: 0.283, mode: 'keyword', hits: HITS.slice(0, 2) }),
  },
  {
    name: 'nothing-filter',
    state: hostState({ question: QUESTION, filters: { ...NO_FILTERS, languages: ['go'], skipTests: true } }),
    act: answer({ hits: [] }),
  },
  { name: 'nothing', state: asked, act: answer({ hits: [] }) },
  {
    name: 'nothing-yet',
    state: hostState({ question: QUESTION, ...workspace({ statuses: [INDEXING] }) }),
    act: answer({ hits: [], coverage: 0.28 }),
  },
  {
    name: 'restarting',
    state: hostState({
      question: QUESTION,
      ...workspace({ health: { state: 'restarting', message: 'The search engine stopped and is starting again.' } }),
    }),
    act: answer(),
  },
  {
    name: 'safe-mode',
    state: hostState({
      question: QUESTION,
      ...workspace({
        health: { state: 'safe-mode', message: 'Keyword search only: the engine stopped three times within five minutes.' },
        statuses: [status({ phase: 'paused', filesDone: 340, filesTotal: 1200 })],
      }),
    }),
    act: answer({ mode: 'keyword' }),
  },
  {
    name: 'failed',
    state: asked,
    act: async (panel) =>
      panel.post({
        type: 'failed',
        search: (await panel.next('search')).search,
        message: 'The index folder cannot be read.',
        badQuestion: false,
      }),
  },
];

const wanted = process.argv[2] ?? '';
const shots = path.resolve(import.meta.dirname, '../../shots/panel');
fs.mkdirSync(shots, { recursive: true });
const server = await startPanelServer();
const browser = await startBrowser();
try {
  for (const shot of SHOTS.filter(({ name }) => name.includes(wanted))) {
    const panel = await openPanel(browser, server, shot);
    await panel.next('ready');
    await panel.post(shot.state);
    await panel.page.locator('.filters').waitFor();
    await shot.act?.(panel);
    await panel.page.evaluate('document.fonts.ready');
    await panel.page.waitForTimeout(150);
    await panel.page.screenshot({ path: path.join(shots, `${shot.name}.png`) });
    if (panel.faults.length > 0) console.error(shot.name, panel.faults);
    await panel.close();
  }
} finally {
  await browser.close();
  await server.stop();
}

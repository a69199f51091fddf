import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { repository, type ServerOptions, startServer, type VsCodeServer } from './server.ts';
import { copyWorkspace } from './workspace.ts';

/** A person in front of VS Code with Quarry on the fixture workspace. */
export interface Session {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** The workspace, a copy that may be changed. */
  readonly folder: string;
  /** Saves a picture as shots/<name>.png. */
  readonly shot: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SessionOptions extends Pick<ServerOptions, 'settings' | 'untrusted' | 'env' | 'extensionsDir'> {
  /** Changes the workspace before it is opened. */
  readonly prepare?: (folder: string) => void;
  /** File below the workspace that is opened instead of it, such as `both.code-workspace`. */
  readonly open?: string;
}

/** Longest wait for anything on the page, in milliseconds. */
const PATIENCE = 90_000;

/** Opens the workbench on a fresh copy of the fixture workspace. Without `extensionsDir` it runs Quarry from this repository. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const workspace = copyWorkspace();
  options.prepare?.(workspace.folder);
  const server = await startServer({
    ...(options.extensionsDir === undefined ? { extension: repository } : { extensionsDir: options.extensionsDir }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.untrusted === undefined ? {} : { untrusted: options.untrusted }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const browser = await startBrowser();
  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    workspace.remove();
  };
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    await page.goto(server.address(path.join(workspace.folder, options.open ?? '')));
    await page.locator('.monaco-workbench').waitFor();
    return { page, server, folder: workspace.folder, shot: (name) => saveShot(page, name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function saveShot(page: Page, name: string): Promise<void> {
  const folder = path.join(repository, 'shots');
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** Quarry's item in the status bar. */
export const statusItem = (page: Page): Locator => page.locator('.statusbar-item', { hasText: 'Quarry' }).first();

/** Settles when Quarry's item in the status bar stands there without a spinner: the workspace is indexed. */
export async function untilIndexed(page: Page): Promise<void> {
  const idle = page.locator('.statusbar-item', { hasText: /^\s*Quarry\s*$/ });
  await idle.waitFor();
  await idle.locator('.codicon-search').waitFor();
}

export const quickInput = (page: Page): Locator => page.locator('.quick-input-widget input.input');

/** Settles when the box is open and takes the keys: it is seen a moment before, and what is typed then goes to the editor. */
export const untilTyping = (page: Page, timeout = PATIENCE): Promise<void> =>
  page.locator('.quick-input-widget input.input:focus').waitFor({ timeout });

/** Rows of the open quick pick; wait on their text, for earlier answers show while a person types. */
export const quickRows = (page: Page): Locator => page.locator('.quick-input-list .monaco-list-row');

/** The row that holds the keyboard focus of the open quick pick. */
export const focusedRow = (page: Page): Locator => page.locator('.quick-input-list .monaco-list-row.focused');

/** Settles when the first row holds this text and the keyboard focus: Enter opens it. */
export async function untilFirst(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-list .monaco-list-row.focused[data-index="0"]', { hasText: text }).waitFor();
}

const AGAIN_MS = 10_000;

/** Opens a box of the workbench with its key. A key that comes while another box closes is lost, so it is pressed again then. */
async function openQuickInput(page: Page, key: string): Promise<void> {
  await closeQuickInput(page);
  for (let waited = 0; waited < PATIENCE; waited += AGAIN_MS) {
    await page.keyboard.press(key);
    try {
      return await untilTyping(page, AGAIN_MS);
    } catch {
      // The box did not open: the key is pressed once more.
    }
  }
  throw new Error(`${key} opened no box.`);
}

/** Closes the open box, if any. Quarry's own gives the focus back to the editor, which would take it from the next box: that is waited for. */
export async function closeQuickInput(page: Page): Promise<void> {
  if (!(await quickInput(page).isVisible())) return;
  const isSearch = await page.locator('.quick-input-titlebar', { hasText: 'Quarry' }).isVisible();
  const row = isSearch && (await focusedRow(page).count()) > 0 ? await focusedRow(page).innerText() : '';
  const [, previewed] = /([^\s/]+):\d+/.exec(row) ?? [];
  if (previewed !== undefined) await editorShows(page, previewed);
  await page.keyboard.press('Escape');
  await quickInput(page).waitFor({ state: 'hidden' });
  if (previewed !== undefined) await page.locator('.editor-group-container.empty, .monaco-editor.focused').first().waitFor();
}

/** Runs a command from the command palette by its whole title, such as `Quarry: Search Code`. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await openQuickInput(page, 'F1');
  await quickInput(page).fill(`>${title}`);
  await untilFirst(page, title);
  await page.keyboard.press('Enter');
}

/**
 * Opens the quick pick of `Quarry: Search Code` and puts a question into it at once, so that no shorter one is asked on the way. What was
 * asked last stands there selected; it is taken out first with its rows, so that those seen next are the answer.
 */
export async function ask(page: Page, question: string): Promise<void> {
  await runCommand(page, 'Quarry: Search Code');
  await page.locator('.quick-input-titlebar', { hasText: 'Quarry' }).waitFor();
  await page.keyboard.press('Backspace');
  await page.locator('.quick-input-titlebar', { hasText: / in \d+ ms/ }).waitFor({ state: 'hidden' });
  await page.keyboard.insertText(question);
}

/** Opens a file through the quick open box. */
export async function openFile(page: Page, file: string, line: number): Promise<void> {
  await openQuickInput(page, 'Control+P');
  await quickInput(page).fill(`${file}:${line}`);
  await untilFirst(page, path.basename(file));
  await page.keyboard.press('Enter');
  await editorShows(page, path.basename(file));
  await cursorAt(page, new RegExp(`^Ln ${line}, `));
}

/** Settles when the status bar shows the cursor there, as in `Ln 14, Col 1`. */
export async function cursorAt(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('#status\\.editor\\.selection', { hasText: text }).waitFor();
}

/** Settles when the active editor shows this file. */
export async function editorShows(page: Page, name: string): Promise<void> {
  await page.locator('.editor-group-container.active .tab.active', { hasText: name }).waitFor();
}

/** The page of the results panel. */
export const panelFrame = (page: Page): FrameLocator => page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');

/** Process ids of the engines that run below a server. */
export function enginePids(server: VsCodeServer): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const processes = lines.flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number | undefined): boolean => pid !== undefined && pid !== 0 && (pid === server.pid || isBelow(parents.get(pid)));
  return processes.filter(({ pid, command }) => /[/\\]engine\.mjs\b/.test(command) && isBelow(pid)).map(({ pid }) => pid);
}

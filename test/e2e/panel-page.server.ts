import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { panelHtml } from '../../src/host/panel/html.ts';
import type { FromPanel, ToPanel } from '../../src/protocol/panel.ts';
import themes from './panel-page.themes.json' with { type: 'json' };

/** The built panel on a page of its own, with a stand-in for the editor's side: for pictures and for tests of what the page does. */

export type ThemeName = keyof typeof themes;

export const THEMES: readonly ThemeName[] = ['dark', 'light', 'dark-2026', 'light-2026', 'high-contrast', 'high-contrast-light'];

const root = path.resolve(import.meta.dirname, '../..');

export interface PanelServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Builds the panel into a temporary folder, as `webview-ui/build.json` says, and serves it on loopback. */
export async function startPanelServer(): Promise<PanelServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'panel-page-'));
  const described: BuildOptions & { readonly copy: Readonly<Record<string, string>> } = JSON.parse(
    fs.readFileSync(path.join(root, 'webview-ui/build.json'), 'utf8'),
  );
  const { copy, ...options } = described;
  await build({ ...options, absWorkingDir: root, outdir: folder, logLevel: 'warning' });
  for (const from of Object.keys(copy)) fs.copyFileSync(path.join(root, from), path.join(folder, path.basename(from)));

  const server = http.createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = path.join(folder, name);
    if (name === '') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page(`http://${request.headers.host ?? ''}`));
    } else if (fs.existsSync(file)) {
      response.setHeader('content-type', MIME[path.extname(name)] ?? 'application/octet-stream');
      response.end(fs.readFileSync(file));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

const MIME: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

function page(origin: string): string {
  return panelHtml({
    nonce: randomUUID(),
    cspSource: origin,
    script: `${origin}/main.js`,
    style: `${origin}/main.css`,
    codicons: `${origin}/codicon.css`,
    language: 'en',
  });
}

export interface PanelPage {
  readonly page: Page;
  /** Faults of the page: errors, and everything that its content security policy refused. */
  readonly faults: readonly string[];
  post(message: ToPanel): Promise<void>;
  /** What the panel has sent so far. */
  sent(): Promise<readonly FromPanel[]>;
  /** The last message of a kind, once there is one after `after` messages of it. */
  next<T extends FromPanel['type']>(type: T, after?: number): Promise<Extract<FromPanel, { readonly type: T }>>;
  /** Loads the page again, as the editor does when a hidden view is shown. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** 2 is a zoom of 200 %. */
  readonly zoom?: number;
  readonly reducedMotion?: boolean;
}

/** Opens the panel in a page of its own. The stand-in for the editor keeps messages and the panel's state. */
export async function openPanel(browser: Browser, server: PanelServer, options: PageOptions = {}): Promise<PanelPage> {
  const zoom = options.zoom ?? 1;
  const context = await browser.newContext({
    viewport: { width: Math.round((options.width ?? 320) / zoom), height: Math.round((options.height ?? 700) / zoom) },
    deviceScaleFactor: zoom,
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const tab = await context.newPage();
  tab.setDefaultTimeout(60_000);
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(String(error)));
  tab.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  const theme = themes[options.theme ?? 'dark'];
  await tab.addInitScript({ content: `globalThis.panelTheme = ${JSON.stringify({ ...theme, defaults: DEFAULT_STYLES })};` });
  await tab.addInitScript({ path: path.join(import.meta.dirname, 'panel-page.standin.js') });
  await tab.goto(server.url);
  const panel: PanelPage = {
    page: tab,
    faults,
    post: (message) => tab.evaluate(`postMessage(${JSON.stringify(message)})`),
    sent: () => tab.evaluate('sentMessages'),
    next: async (type, after = 0) => {
      for (;;) {
        const messages = (await panel.sent()).filter((message) => message.type === type);
        const last = messages.at(-1);
        if (messages.length > after && last !== undefined && isType(last, type)) return last;
        await tab.waitForTimeout(20);
      }
    },
    reload: async () => {
      await tab.reload();
    },
    close: () => context.close(),
  };
  return panel;
}

function isType<T extends FromPanel['type']>(message: FromPanel, type: T): message is Extract<FromPanel, { readonly type: T }> {
  return message.type === type;
}

/** What the editor itself gives every webview, as far as the panel could notice. */
const DEFAULT_STYLES = `@layer vscode-default {
html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
body { overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
  font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
a, a code { color: var(--vscode-textLink-foreground); }
a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
code { font-family: var(--monaco-monospace-font); color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background);
  padding: 1px 3px; border-radius: 4px; }
}`;

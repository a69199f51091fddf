import fs from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { buildHostSuite, hostSuite } from './hostSuite.ts';
import { repository, type ServerOptions, startServer } from './server.ts';
import { copyWorkspace } from './workspace.ts';

/**
 * Prints what the tests print, and keeps the workbench's own log, which arrives through the same channel, for a suite
 * that never starts. Mocha's first line is a title in the form `%s%s`.
 */
function suitePrinter(): { readonly print: (type: string, args: readonly unknown[]) => void; readonly before: () => string } {
  const before: string[] = [];
  let started = false;
  const print = (type: string, args: readonly unknown[]): void => {
    started ||= args[0] === '%s%s';
    if (!started) before.push(format(...args));
    else if (type === 'info' || type === 'log') console.log(format(...args));
  };
  return { print, before: () => (started ? '' : before.join('\n')) };
}

/** The code that the suite ends with, or `late` when it does not end. */
async function exitCode(page: Page, deadlineMs: number): Promise<number | 'late'> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => resolve('late'), deadlineMs).unref();
    const ended = (code: number): void => {
      clearTimeout(deadline);
      resolve(code);
    };
    page.exposeFunction('codeAutomationExit', ended).catch(reject);
  });
}

export interface HostRun extends Pick<ServerOptions, 'settings' | 'env'> {
  /** What exports `run()`; the tests of test/host when absent. */
  readonly entry?: string;
  /** Longest time for all of it, in milliseconds. */
  readonly deadlineMs: number;
  /** Changes the workspace before it is opened. */
  readonly prepare?: (folder: string) => void;
}

/** Runs a suite inside the extension host of a real VS Code on a copy of the fixture workspace; 0 when it passed. */
export async function runInHost({ entry, deadlineMs, prepare, ...options }: HostRun): Promise<number> {
  await buildHostSuite(entry);
  const workspace = copyWorkspace();
  prepare?.(workspace.folder);
  const server = await startServer(options);
  const browser = await startBrowser();
  try {
    const printer = suitePrinter();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(deadlineMs);
    await page.exposeFunction('codeAutomationLog', printer.print);
    const finished = exitCode(page, deadlineMs);
    const payload = { extensionDevelopmentPath: server.remoteUri(repository), extensionTestsPath: server.remoteUri(hostSuite) };
    await page.goto(server.address(workspace.folder, payload));
    const code = await finished;
    if (code !== 0) console.error(printer.before());
    if (code === 'late') {
      const shot = path.join(repository, 'shots/inhost-timeout.png');
      fs.mkdirSync(path.dirname(shot), { recursive: true });
      await page.screenshot({ path: shot });
      console.error(
        `What runs in the extension host did not end within ${deadlineMs / 1000} s; see ${shot}.\n${server.log().slice(-2000)}`,
      );
    }
    return code === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

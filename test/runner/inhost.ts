// Runs test/host inside the extension host of a real VS Code: `node test/runner/inhost.ts`. The exit code is 0 when all passed.
import fs from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { buildHostSuite, hostSuite } from './hostSuite.ts';
import { repository, startServer } from './server.ts';
import { copyWorkspace } from './workspace.ts';

/** Longest time for the whole suite, in milliseconds. */
const DEADLINE = 480_000;

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
async function exitCode(page: Page): Promise<number | 'late'> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => resolve('late'), DEADLINE).unref();
    const ended = (code: number): void => {
      clearTimeout(deadline);
      resolve(code);
    };
    page.exposeFunction('codeAutomationExit', ended).catch(reject);
  });
}

async function run(): Promise<number> {
  await buildHostSuite();
  const workspace = copyWorkspace();
  const server = await startServer();
  const browser = await startBrowser();
  try {
    const printer = suitePrinter();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.exposeFunction('codeAutomationLog', printer.print);
    const finished = exitCode(page);
    const payload = { extensionDevelopmentPath: server.remoteUri(repository), extensionTestsPath: server.remoteUri(hostSuite) };
    await page.goto(server.address(workspace.folder, payload));
    const code = await finished;
    if (code !== 0) console.error(printer.before());
    if (code === 'late') {
      const shot = path.join(repository, 'shots/inhost-timeout.png');
      fs.mkdirSync(path.dirname(shot), { recursive: true });
      await page.screenshot({ path: shot });
      console.error(`The tests in the extension host did not end within ${DEADLINE / 1000} s; see ${shot}.\n${server.log().slice(-2000)}`);
    }
    return code === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

// A stop from outside still cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await run();

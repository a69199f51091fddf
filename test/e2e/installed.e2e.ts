import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../runner/server.ts';
import {
  ask,
  cursorAt,
  editorShows,
  openSession,
  panelFrame,
  runCommand,
  type Session,
  untilFirst,
  untilIndexed,
} from '../runner/session.ts';
import { vscodeRoot } from '../vscode-host/link.mjs';
import { pictureOnFailure } from './picture.ts';

/** The package as a person installs it: what development mode finds by chance is missing here. */

let home = '';
let session: Session;
pictureOnFailure(() => session);

beforeAll(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-installed-'));
  const vsix = path.join(home, 'quarry.vsix');
  const extensionsDir = path.join(home, 'extensions');
  run(path.join(repository, 'tools/run.mjs'), 'package', '--out', vsix);
  run(
    path.join(vscodeRoot(), 'out/server-main.js'),
    ...['--install-extension', vsix, '--extensions-dir', extensionsDir, '--server-data-dir', path.join(home, 'server')],
    '--accept-server-license-terms',
  );
  session = await openSession({ extensionsDir });
  await untilIndexed(session.page);
});
afterAll(async () => {
  await session?.close();
  fs.rmSync(home, { recursive: true, force: true });
});

function run(...args: readonly string[]): void {
  execFileSync(process.execPath, [...args], { cwd: repository, stdio: 'pipe' });
}

test('the package holds what runs and nothing else', () => {
  const [name = ''] = fs.readdirSync(path.join(home, 'extensions')).filter((entry) => entry.startsWith('quarry.quarry-'));
  const root = path.join(home, 'extensions', name);
  const files = fs.readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const needed of [
    'dist/extension.cjs',
    'dist/engine.mjs',
    'dist/cli.mjs',
    'dist/webview/main.js',
    'dist/media/grammars/web-tree-sitter.wasm',
    'LICENSE.txt',
  ])
    expect(files).toContain(needed);
  const natives = files.filter((file) => /\/onnxruntime-node\/bin\/.*\.(node|so\.1|dylib|dll)$/.test(file.replaceAll('\\', '/')));
  expect(natives.length).toBeGreaterThan(1);
  for (const file of natives) expect(path.dirname(file).split(/[\\/]/)).toEqual(expect.arrayContaining([process.platform, process.arch]));
  expect(files.filter((file) => /\.(ts|tsx|map)$|^(src|test|tools|webview-ui|node_modules)\//.test(file))).toEqual([]);
});

test('it searches from the quick pick', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await page.keyboard.press('Enter');
  await editorShows(page, 'retry.ts');
  await cursorAt(page, /^Ln 1[45], Col 1 \(\d+ selected\)/);
});

test('it searches from the panel', async () => {
  const { page } = session;
  await runCommand(page, 'Quarry: Show Results Panel');
  const panel = panelFrame(page);
  await panel.getByRole('textbox', { name: 'Question', exact: true }).fill('limit how many requests an address may make');
  await panel.getByRole('textbox', { name: 'Question', exact: true }).press('Enter');
  await panel
    .getByRole('treeitem', { name: /limitRequests/ })
    .first()
    .click();
  await editorShows(page, 'ratelimit.go');
  await session.shot('installed');
});

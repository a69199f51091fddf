import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  closeQuickInput,
  openSession,
  quickInput,
  quickRows,
  runCommand,
  type Session,
  untilFirst,
  untilIndexed,
} from '../runner/session.ts';
import { startMirror } from './models.server.ts';
import { pictureOnFailure } from './picture.ts';

/** A person downloads a model from a mirror on this machine, is asked before, and removes it again. */

const ID = 'sentence-transformers/all-MiniLM-L6-v2';

let session: Session;
let mirror: Awaited<ReturnType<typeof startMirror>>;
let models = '';
pictureOnFailure(() => session);

beforeAll(async () => {
  mirror = await startMirror();
  models = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-e2e-models-'));
  session = await openSession({ settings: { 'quarry.models.mirror': mirror.url, 'quarry.models.folder': models } });
  await untilIndexed(session.page);
});
afterAll(async () => {
  await session.close();
  mirror.close();
  fs.rmSync(models, { recursive: true, force: true });
});
beforeEach(() => closeQuickInput(session.page));

const dialog = () => session.page.locator('.monaco-dialog-box');

/** A notification, looked up in the centre: whether it pops up depends on the window's focus, which a test does not have for sure. */
async function notification(text: string | RegExp): Promise<Locator> {
  const found = session.page.locator('.notifications-center .notification-list-item', { hasText: text });
  if (!(await session.page.locator('.notifications-center').isVisible())) await session.page.locator('#status\\.notifications').click();
  await found.waitFor();
  return found;
}

async function chooseModel(title: string): Promise<void> {
  await runCommand(session.page, title);
  await quickRows(session.page).filter({ hasText: ID }).waitFor();
  await quickInput(session.page).fill('all-MiniLM');
  await untilFirst(session.page, ID);
  await session.page.keyboard.press('Enter');
}

test('nothing is downloaded before a yes, and the question says size, licence and source', async () => {
  await chooseModel('Quarry: Download Model');
  await dialog().waitFor();
  const text = await dialog().innerText();
  expect(text).toContain(`Download ${ID}?`);
  expect(text).toMatch(/Size: about 24 MB\s+Licence: Apache-2\.0\s+Source: http/);
  await session.shot('model-question');
  await dialog().getByText('Cancel', { exact: true }).click();
  await dialog().waitFor({ state: 'hidden' });
  expect(mirror.seen).toEqual([]);
});

test('a download shows how far it is, and a cancelled one installs nothing', async () => {
  mirror.slow(true);
  await chooseModel('Quarry: Download Model');
  await dialog().getByText('Download', { exact: true }).click();
  const progress = await notification(/Downloading sentence-transformers/);
  await progress.filter({ hasText: /\d+ kB of/ }).waitFor();
  await session.shot('model-progress');
  await progress.getByText('Cancel', { exact: true }).click();
  await progress.waitFor({ state: 'hidden' });
  expect(fs.existsSync(path.join(models, ID))).toBe(false);
});

test('a download goes on and installs the model, which can be removed again', async () => {
  mirror.slow(false);
  await chooseModel('Quarry: Download Model');
  await dialog().getByText('Download', { exact: true }).click();
  await notification(`${ID} is installed`);
  expect(fs.readdirSync(path.join(models, ID)).sort()).toEqual([
    'config.json',
    'onnx',
    'quarry-model.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  await chooseModel('Quarry: Remove Model');
  await dialog().getByText('Remove', { exact: true }).click();
  await notification(`${ID} is removed`);
  expect(fs.existsSync(path.join(models, ID))).toBe(false);
});

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, closeQuickInput, editorShows, openSession, quickRows, type Session, untilFirst, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

/** Two parts of the fixture workspace are the folders of one workspace. */
const WORKSPACE = 'both.code-workspace';
const FOLDERS = [{ path: 'src' }, { path: 'server', name: 'backend' }];

beforeAll(async () => {
  session = await openSession({
    prepare: (folder) => fs.writeFileSync(path.join(folder, WORKSPACE), JSON.stringify({ folders: FOLDERS })),
    open: WORKSPACE,
  });
  await untilIndexed(session.page);
});
afterAll(() => session.close());

test('one question searches all folders, and a row names its own', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await quickRows(page).first().filter({ hasText: 'src' }).waitFor();
  await session.shot('multi-root');
  await closeQuickInput(page);
  await ask(page, 'limit how many requests an address may make');
  await untilFirst(page, 'limitRequests');
  await quickRows(page).first().filter({ hasText: 'backend' }).waitFor();
  await page.keyboard.press('Enter');
  await editorShows(page, 'ratelimit.go');
});

test('a file that is new in the second folder is found', async () => {
  const { page } = session;
  const text = '// Counts the lighthouses that still burn.\nfunc countLighthouses() int { return 3 }\n';
  fs.writeFileSync(path.join(session.folder, 'server/lighthouses.go'), `package server\n\n${text}`);
  const found = async (): Promise<string> => {
    await ask(page, 'how many lighthouses burn');
    await page.locator('.quick-input-titlebar', { hasText: /\d+ results? in/ }).waitFor();
    const row = await quickRows(page).first().innerText();
    await closeQuickInput(page);
    return row;
  };
  await expect.poll(found).toContain('countLighthouses');
});

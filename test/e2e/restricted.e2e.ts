import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, closeQuickInput, openSession, quickRows, runCommand, type Session, untilFirst, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

/** What a repository that a person does not trust yet wants of Quarry. */
const ITS_SETTINGS = { 'quarry.index.exclude': ['src/upload/**'] };

beforeAll(async () => {
  session = await openSession({
    untrusted: true,
    prepare: (folder) => {
      fs.mkdirSync(path.join(folder, '.vscode'), { recursive: true });
      fs.writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(ITS_SETTINGS));
    },
  });
  await untilIndexed(session.page);
});
afterAll(() => session.close());

test('in restricted mode search works and the settings of the workspace do not count', async () => {
  const { page } = session;
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await session.shot('restricted-mode');
  await closeQuickInput(page);
});

test('once the workspace is trusted they count', async () => {
  const { page } = session;
  await runCommand(page, 'Workspaces: Manage Workspace Trust');
  await page.getByRole('button', { name: 'Trust', exact: true }).click();
  await expect.poll(() => page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).count()).toBe(0);
  // The button is gone, and with it the keyboard's focus; the page that held it takes it back, and closes.
  await page.getByText('You trust this folder').click();
  await page.keyboard.press('Escape');
  await page.getByText('You trust this folder').waitFor({ state: 'hidden' });
  const places = async (): Promise<readonly string[]> => {
    await ask(page, 'where are failed uploads retried');
    // The title counts hits only, so the earlier questions that show first are not taken for an answer.
    await page.locator('.quick-input-titlebar', { hasText: /\d+ results? in/ }).waitFor();
    const rows = await quickRows(page).allInnerTexts();
    await closeQuickInput(page);
    return rows.filter((row) => row.includes('src/upload/'));
  };
  await expect.poll(places).toEqual([]);
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  ask,
  closeQuickInput,
  cursorAt,
  editorShows,
  focusedRow,
  openFile,
  openSession,
  panelFrame,
  quickInput,
  quickRows,
  runCommand,
  type Session,
  untilFirst,
  untilIndexed,
  untilTyping,
} from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

beforeAll(async () => {
  session = await openSession();
  await untilIndexed(session.page);
});
afterAll(() => session.close());
beforeEach(async () => {
  await closeQuickInput(session.page);
  // The last pick may still be taking its previews away.
  await expect.poll(() => session.page.locator('.tab .italic').count()).toBe(0);
  await openFile(session.page, 'docs/uploading.md', 3);
});

test('a question in plain words puts the function first', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await untilFirst(page, 'src/upload/retry.ts:14');
  await editorShows(page, 'retry.ts');
  await session.shot('quick-pick');
});

test('moving through rows previews them and Escape restores the editor', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await editorShows(page, 'retry.ts');
  const first = await focusedRow(page).innerText();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => focusedRow(page).innerText()).not.toBe(first);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => focusedRow(page).innerText()).toBe(first);
  await session.shot('quick-pick-preview');
  await page.keyboard.press('Escape');
  await editorShows(page, 'uploading.md');
  await cursorAt(page, /^Ln 3, /);
  await expect.poll(() => page.locator('.tab', { hasText: 'retry.ts' }).count()).toBe(0);
});

test('the last question is offered again, and typing replaces it', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await closeQuickInput(page);
  await runCommand(page, 'Quarry: Search Code');
  await untilFirst(page, 'retryFailedUploads');
  expect(await quickInput(page).inputValue()).toBe('where are failed uploads retried');
  await page.keyboard.type('limit requests', { delay: 5 });
  await untilFirst(page, 'server/api/ratelimit.go');
  expect(await quickInput(page).inputValue()).toBe('limit requests');
});

test('Enter goes to the place', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await page.keyboard.press('Enter');
  await editorShows(page, 'retry.ts');
  // The doc comment belongs to the function, and the whole of it is selected.
  await cursorAt(page, /^Ln 1[45], Col 1 \(\d+ selected\)/);
  expect(await page.locator('.view-lines').innerText()).toMatch(/Tries\severy\sfailed\supload\sagain/);
  await page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  await session.shot('quick-pick-opened');
});

test('the reasons of a row lead back to that row', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await page.keyboard.press('ArrowDown');
  const second = page.locator('.quick-input-list .monaco-list-row.focused[data-index="1"]');
  await second.waitFor();
  const name = await second.locator('.quick-input-list-row').first().innerText();
  await second.hover();
  await second.getByRole('button', { name: 'Why Is This Here?' }).click();
  await page.locator('.quick-input-titlebar', { hasText: /^Why / }).waitFor();
  await page.locator('.quick-input-titlebar').getByRole('button', { name: 'Back' }).click();
  await second.waitFor();
  await expect.poll(() => second.locator('.quick-input-list-row').first().innerText()).toBe(name);
});

test('the default key opens it, and Control+Enter opens a row to the side', async () => {
  const { page } = session;
  await page.keyboard.press('Control+Alt+K');
  await untilTyping(page);
  await quickInput(page).pressSequentially('refresh the session token before it ends', { delay: 5 });
  await untilFirst(page, 'src/session/token.ts');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => page.locator('.editor-group-container').count()).toBe(2);
  await editorShows(page, 'token.ts');
  // The side that the person came from shows what it showed before.
  await expect.poll(() => page.locator('.tab', { hasText: 'token.ts' }).count()).toBe(1);
  await page.locator('.tab', { hasText: 'uploading.md' }).waitFor();
  await runCommand(page, 'View: Close All Editors');
});

test('a filter in the question narrows it, and an empty answer says why', async () => {
  const { page } = session;
  await ask(page, 'limit requests lang:go');
  await untilFirst(page, 'limitRequests');
  // Rows of the shorter questions on the way may still show.
  const places = async (): Promise<readonly string[]> =>
    (await quickRows(page).allInnerTexts()).flatMap((row) => /\.\w+:\d+/.exec(row)?.[0] ?? []);
  await expect.poll(async () => (await places()).filter((place) => !place.startsWith('.go:'))).toEqual([]);
  await quickInput(page).fill('limit requests lang:haskell');
  await quickRows(page).filter({ hasText: 'lang:haskell' }).first().waitFor();
  await session.shot('quick-pick-nothing');
});

test('a button sends the search to the panel', async () => {
  const { page } = session;
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  await page.locator('.quick-input-titlebar').getByRole('button', { name: 'Show in Results Panel' }).click();
  const panel = panelFrame(page);
  const question = panel.getByRole('textbox', { name: 'Question', exact: true });
  await expect.poll(() => question.inputValue()).toBe('where are failed uploads retried');
  await panel
    .getByRole('treeitem', { name: /retryFailedUploads/ })
    .first()
    .waitFor();
  await session.shot('quick-pick-to-panel');
});

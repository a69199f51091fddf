import { afterAll, beforeAll, expect, test } from 'vitest';
import { cursorAt, editorShows, openSession, panelFrame, runCommand, type Session, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

beforeAll(async () => {
  session = await openSession();
  await untilIndexed(session.page);
});
afterAll(() => session.close());

test('a question brings results, and a click goes to the place', async () => {
  const { page } = session;
  await runCommand(page, 'Quarry: Show Results Panel');
  const panel = panelFrame(page);
  await panel.getByRole('textbox', { name: 'Question', exact: true }).fill('how is a file split into parts');
  await panel.getByRole('textbox', { name: 'Question', exact: true }).press('Enter');
  const hit = panel.getByRole('treeitem', { name: /splitIntoParts/ }).first();
  await hit.waitFor();
  await session.shot('panel-results');
  await hit.click();
  await editorShows(page, 'split.ts');
  await cursorAt(page, /^Ln \d+, Col 1 \(\d+ selected\)/);
});

test('the keyboard alone is enough', async () => {
  const { page } = session;
  const panel = panelFrame(page);
  await runCommand(page, 'Quarry: Show Results Panel');
  const focusedQuestion = panel.locator('[aria-label="Question"]:focus');
  // The former question is selected, so that typing replaces it. (Control+A would not do: VS Code answers it late, under the keys.)
  const selected = (box: Element): boolean =>
    document.hasFocus() && box instanceof HTMLTextAreaElement && box.selectionStart === 0 && box.selectionEnd === box.value.length;
  await expect.poll(() => focusedQuestion.evaluate(selected)).toBe(true);
  await page.keyboard.type('limit how many requests an address may make');
  await page.keyboard.press('Enter');
  await panel
    .getByRole('treeitem', { name: /limitRequests/ })
    .first()
    .waitFor();
  await page.keyboard.press('Control+ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await editorShows(page, 'ratelimit.go');
  await page.keyboard.press('/');
  await focusedQuestion.waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.editor-instance .monaco-editor.focused').waitFor();
});

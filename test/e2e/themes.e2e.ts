import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, openSession, panelFrame, runCommand, type Session, untilFirst, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

const THEMES = [
  { name: 'light', theme: 'Default Light Modern', css: 'vscode-light' },
  { name: 'dark', theme: 'Default Dark Modern', css: 'vscode-dark' },
  { name: 'high-contrast', theme: 'Default High Contrast', css: 'vscode-high-contrast' },
] as const;

describe.each(THEMES)('$theme', ({ name, theme, css }) => {
  let session: Session;
  pictureOnFailure(() => session);
  beforeAll(async () => {
    session = await openSession({ settings: { 'workbench.colorTheme': theme } });
    await untilIndexed(session.page);
  });
  afterAll(() => session.close());

  test('the panel and the quick pick show results in its colours', async () => {
    const { page } = session;
    await runCommand(page, 'Quarry: Show Results Panel');
    const panel = panelFrame(page);
    await panel.getByRole('textbox', { name: 'Question', exact: true }).fill('where are failed uploads retried');
    await panel.getByRole('textbox', { name: 'Question', exact: true }).press('Enter');
    await panel
      .getByRole('treeitem', { name: /retryFailedUploads/ })
      .first()
      .waitFor();
    expect(await panel.locator('body').getAttribute('class')).toContain(css);
    await ask(page, 'where are failed uploads retried');
    await untilFirst(page, 'retryFailedUploads');
    await session.shot(`theme-${name}`);
  });
});

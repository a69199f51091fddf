import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { editorShows, openSession, runCommand, type Session, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

beforeAll(async () => {
  session = await openSession({ prepare: (folder) => writeFileSync(join(folder, 'secret.pem'), 'not for the index\n') });
  await untilIndexed(session.page);
});
afterAll(() => session.close());

test('the health of the index is a tree, and a skipped file opens with a click', async () => {
  const { page } = session;
  await runCommand(page, 'Quarry: Index Health');
  const row = (text: string) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  await row('Indexed').waitFor();
  await row('Failed').waitFor();
  await row('Skipped').locator('.monaco-tl-twistie').click();
  await row('secret').locator('.monaco-tl-twistie').click();
  await session.shot('health');
  await row('secret.pem').click();
  await editorShows(page, 'secret.pem');
});

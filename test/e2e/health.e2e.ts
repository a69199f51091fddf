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

test('wiping asks first and removes the index; nothing is built until the person resumes', async () => {
  const { page } = session;
  const answer = (name: string) => page.locator('.monaco-dialog-box').getByRole('button', { name });
  await runCommand(page, 'Quarry: Wipe Index and Models');
  await answer('Cancel').click();
  await untilIndexed(page);
  await runCommand(page, 'Quarry: Wipe Index and Models');
  await answer('Delete').click();
  const row = (text: string) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  await row('This folder is not indexed.').waitFor();
  await row('0 files, 0 chunks').waitFor();
  await session.shot('wiped');
  await runCommand(page, 'Quarry: Resume Indexing');
  await row('0 files, 0 chunks').waitFor({ state: 'detached' });
  await untilIndexed(page);
});

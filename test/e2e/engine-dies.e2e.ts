import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, enginePids, openSession, quickInput, type Session, statusItem, untilFirst, untilIndexed } from '../runner/session.ts';
import { pictureOnFailure } from './picture.ts';

let session: Session;
pictureOnFailure(() => session);

beforeAll(async () => {
  // Enough files that indexing can be seen.
  session = await openSession({ prepare: (folder) => writeMany(path.join(folder, 'generated'), 1500) });
});
afterAll(() => session.close());

function writeMany(folder: string, count: number): void {
  fs.mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n++)
    fs.writeFileSync(
      path.join(folder, `module${n}.ts`),
      Array.from(
        { length: 12 },
        (_, k) =>
          `/** Step ${k} of part ${n}. */\nexport function step${k}OfPart${n}(input: number): number {\n  return input + ${n * k};\n}\n`,
      ).join('\n'),
    );
}

test('indexing shows in the status bar', async () => {
  await statusItem(session.page).filter({ hasText: /\d+ %/ }).waitFor();
  await session.shot('indexing');
});

test('a killed engine comes back and says so in no more than one notification', async () => {
  const { page, server } = session;
  await untilIndexed(page);
  const [victim] = enginePids(server);
  expect(victim).toBeDefined();
  await ask(page, 'where are failed uploads retried');
  await untilFirst(page, 'retryFailedUploads');
  process.kill(victim ?? 0, 'SIGKILL');
  await quickInput(page).fill('where are failed uploads retried again');
  await expect.poll(() => enginePids(server).filter((pid) => pid !== victim)).toHaveLength(1);
  await quickInput(page).fill('where are failed uploads tried again');
  await untilFirst(page, 'retryFailedUploads');
  await session.shot('engine-restarted');
  await page.keyboard.press('Escape');
  expect(await page.locator('.notification-toast').count()).toBeLessThanOrEqual(1);
  await untilIndexed(page);
});

test('no engine outlives the server', async () => {
  const pids = enginePids(session.server);
  expect(pids).toHaveLength(1);
  await session.close();
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      // There is no such process any more.
      return false;
    }
  };
  await expect.poll(() => pids.filter(alive)).toEqual([]);
});

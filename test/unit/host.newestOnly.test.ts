import { expect, test } from 'vitest';
import { newestOnly } from '../../src/host/quickPick/newestOnly.ts';

test('only the newest work runs when it comes within the pause', async () => {
  const ran: string[] = [];
  const work = newestOnly(() => undefined);
  for (const text of ['w', 'wh', 'whe'])
    work.start(async () => {
      ran.push(text);
    }, 20);
  await work.settled();
  expect(ran).toEqual(['whe']);
});

test('work that runs learns that something newer came, and does not end the newer one', async () => {
  const busy: boolean[] = [];
  const kept: string[] = [];
  const work = newestOnly((now) => busy.push(now));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const started = new Promise<void>((resolve) => {
    work.start(async (token) => {
      resolve();
      await held;
      if (!token.isCancellationRequested) kept.push('old');
    }, 0);
  });
  await started;
  work.start(async () => {
    release();
    await held;
    kept.push('new');
  }, 0);
  await work.settled();
  expect(kept).toEqual(['new']);
  expect(busy).toEqual([true, true, false]);
});

test('cancelled work settles at once', async () => {
  const work = newestOnly(() => undefined);
  work.start(() => new Promise(() => undefined), 0);
  work.cancel();
  await work.settled();
  expect(work.busy).toBe(false);
});

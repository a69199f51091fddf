import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runFollow } from '../faults/follow.ts';

/** The same every time; `npm run test:follow` takes another one each time, and ten minutes. */
const SEED = 5;
const ROUNDS = 4;

test('a workspace that people, git and kills change at random: two engines end with the rows of a fresh index', {
  timeout: 600_000,
}, async () => {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'quarry-follow-')));
  const rounds = await runFollow({ home, seed: SEED, rounds: ROUNDS, seconds: 3600, files: 60, say: () => undefined });
  expect(rounds).toBe(ROUNDS);
  await rm(home, { recursive: true, force: true });
});

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DAMAGES, FORMATS, runDamage, runFormat, runZeroedMiddle } from '../faults/damage.ts';
import { runKills } from '../faults/kills.ts';

/** The same every time; `npm run test:faults` takes another one each time. */
const SEED = 20_261_120;
const KILLS = 20;

/** Runs in a folder of its own, which stays behind after a failure. */
async function inFolder<T>(run: (home: string) => Promise<T>): Promise<T> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'quarry-faults-')));
  const result = await run(home);
  await rm(home, { recursive: true, force: true });
  return result;
}

test(`${KILLS} kills with -9: every row is as on disk, and searches answer throughout`, { timeout: 600_000 }, async () => {
  const told: string[] = [];
  // Two trees at the same time: a killed engine waits before it starts again.
  const lane = (seed: number): Promise<void> =>
    inFolder((home) => runKills({ home, seed, kills: KILLS / 2, files: 100, say: (line) => told.push(line) }));
  await Promise.all([lane(SEED), lane(SEED + 1)]);
  expect(told).toHaveLength(KILLS);
});

test.each(DAMAGES)('damage: %s', (damage) => inFolder((home) => runDamage(home, SEED, damage)));

test('data zeroed in the middle of a file is found by the checks', () => inFolder((home) => runZeroedMiddle(home, SEED)));

test.each(FORMATS)('an index of %s format', (format) => inFolder((home) => runFormat(home, SEED, format)));

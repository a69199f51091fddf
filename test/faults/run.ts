// `npm run test:faults -- [--kills 200] [--seed N] [--files 300]`: kills, damage and a full disk against the real engine.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DAMAGES, FORMATS, runDamage, runDiskFull, runFormat, runZeroedMiddle } from './damage.ts';
import { runKills } from './kills.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string' }, files: { type: 'string', default: '300' } },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

/** Runs one scenario in a folder of its own; the folder of one that failed stays. */
async function scenario(name: string, run: (home: string) => Promise<string | undefined>): Promise<boolean> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'quarry-faults-')));
  try {
    say(`${name}: ${(await run(home)) ?? 'passed'}`);
    await rm(home, { recursive: true, force: true });
    return true;
  } catch (error) {
    say(`${name}: FAILED (seed ${seed}, left in ${home})\n${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

say(`seed ${seed}`);
let failed = 0;
const count = (passed: boolean): void => {
  if (!passed) failed++;
};
for (const damage of DAMAGES) count(await scenario(`damage: ${damage}`, (home) => runDamage(home, seed, damage)));
for (const format of FORMATS) count(await scenario(`format: ${format}`, (home) => runFormat(home, seed, format)));
count(await scenario('data zeroed in the middle', (home) => runZeroedMiddle(home, seed)));
count(await scenario('disk full', (home) => runDiskFull(home, seed)));
count(
  await scenario(`${values.kills} kills`, (home) =>
    runKills({ home, seed, kills: Number(values.kills), files: Number(values.files), say }).then(() => undefined),
  ),
);
say(failed === 0 ? `all passed, seed ${seed}` : `${failed} failed, seed ${seed}`);
process.exitCode = failed === 0 ? 0 : 1;

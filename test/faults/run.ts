// `npm run test:faults -- [--kills 200] [--reranks 40] [--seed N] [--files 300] [--jobs 2] [--passed FILE]`: kills, damage, a full disk and
// rerankers that die against the real engine. With `--passed`, what has passed is noted in that file, and a run that was cut short goes on from there.
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DAMAGES, FORMATS, runDamage, runDiskFull, runFormat, runReadOnlyDisk, runZeroedMiddle } from './damage.ts';
import { runKills } from './kills.ts';
import { runRerankFaults } from './reranks.ts';

/** Kills in one tree; with more trees there is more variety, and less is lost when a run is cut short. */
const KILLS_A_TREE = 20;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    reranks: { type: 'string', default: '40' },
    seed: { type: 'string' },
    files: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '2' },
    passed: { type: 'string' },
  },
});
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

/** The lines of the file of an earlier run: its seed, then the names of what has passed. */
const earlier = values.passed !== undefined && existsSync(values.passed) ? (await readFile(values.passed, 'utf8')).trim().split('\n') : [];
const seed = Number(earlier[0] ?? values.seed ?? Date.now() % 1_000_000);
if (values.passed !== undefined && earlier.length === 0) await writeFile(values.passed, `${seed}\n`);

type Scenario = (home: string) => Promise<string | undefined>;

function scenarios(): ReadonlyMap<string, Scenario> {
  const all = new Map<string, Scenario>();
  for (const damage of DAMAGES) all.set(`damage: ${damage}`, (home) => runDamage(home, seed, damage));
  for (const format of FORMATS) all.set(`format: ${format}`, (home) => runFormat(home, seed, format));
  all.set('data zeroed in the middle', (home) => runZeroedMiddle(home, seed));
  all.set('disk full', (home) => runDiskFull(home, seed));
  all.set('a disk that can only be read', (home) => runReadOnlyDisk(home, seed));
  const faults = Number(values.reranks);
  const rerankOptions = { seed, faults, say: (line: string) => say(`rerankers: ${line}`) };
  if (faults > 0) all.set('rerankers', (home) => runRerankFaults({ home, ...rerankOptions }).then(() => undefined));
  const kills = Number(values.kills);
  for (let from = 0; from < kills; from += KILLS_A_TREE) {
    const count = Math.min(KILLS_A_TREE, kills - from);
    const name = `kills ${from + 1} to ${from + count}`;
    const options = { seed: seed + from, kills: count, files: Number(values.files), say: (line: string) => say(`${name}: ${line}`) };
    all.set(name, (home) => runKills({ home, ...options }).then(() => undefined));
  }
  return all;
}

/** Runs one scenario in a folder of its own; the folder of one that failed stays. */
async function passes(name: string, run: Scenario): Promise<boolean> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'quarry-faults-')));
  try {
    say(`${name}: ${(await run(home)) ?? 'passed'}`);
    await rm(home, { recursive: true, force: true });
    if (values.passed !== undefined) await appendFile(values.passed, `${name}\n`);
    return true;
  } catch (error) {
    say(`${name}: FAILED (seed ${seed}, left in ${home})\n${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

say(`seed ${seed}${earlier.length > 1 ? `, ${earlier.length - 1} passed earlier` : ''}`);
const left = [...scenarios()].filter(([name]) => !earlier.slice(1).includes(name));
let failed = 0;
// One shared iterator: each job takes the next scenario that no other has taken.
const next = left.values();
const job = async (): Promise<void> => {
  for (const [name, run] of next) if (!(await passes(name, run))) failed++;
};
await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, job));
say(failed === 0 ? `all passed, seed ${seed}` : `${failed} failed, seed ${seed}`);
process.exitCode = failed === 0 ? 0 : 1;

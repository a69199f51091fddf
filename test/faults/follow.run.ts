// `npm run test:follow -- [--seconds 600] [--seed N] [--files 150] [--cli]`: a random workspace followed by two engines, or by
// `quarry index --watch`, and compared with a fresh index.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runFollow } from './follow.ts';
import { runFollowCli } from './followCli.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
    files: { type: 'string', default: '150' },
    cli: { type: 'boolean', default: false },
  },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);
const home = await realpath(await mkdtemp(join(tmpdir(), 'quarry-follow-')));
say(`seed ${seed}, in ${home}`);
try {
  const seconds = Number(values.seconds);
  const rounds = await (values.cli ? runFollowCli : runFollow)({
    home,
    seed,
    rounds: Number.POSITIVE_INFINITY,
    seconds,
    files: Number(values.files),
    say,
  });
  await rm(home, { recursive: true, force: true });
  say(`${rounds} rounds passed, seed ${seed}`);
} catch (error) {
  say(`FAILED, left in ${home}\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FollowOptions, REALLY_LATE_MS } from './follow.ts';
import { differences, freshIndexer, readRows } from './fresh.ts';
import { type Random, randomFrom } from './random.ts';
import { makeWorkspace } from './workspace.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.mjs');
/** The share of rounds in which the command line is killed with -9 and started again. */
const KILLED = 0.4;

/** As `runFollow`, with `quarry index --watch` and its own watcher in place of engines that are told. */
export async function runFollowCli({ home, seed, rounds, seconds, files, say }: FollowOptions): Promise<number> {
  const random = randomFrom(seed);
  const until = Date.now() + seconds * 1000;
  const workspace = makeWorkspace(home, files, random);
  const indexDir = join(home, 'index');
  const fresh = freshIndexer(home);
  let child: ChildProcess | undefined;
  let round = 0;
  try {
    while (round < rounds && Date.now() < until) {
      round++;
      child ??= await startWatch(workspace.folder, indexDir);
      const done: string[] = [];
      const killed = random.chance(KILLED);
      const kill = killed ? killLater(child, random) : undefined;
      for (let act = 1 + random.below(12); act > 0; act--) {
        done.push(workspace.act());
        if (random.chance(0.4)) await sleep(random.below(400));
      }
      if (kill !== undefined) {
        await kill;
        done.push('(killed)');
        child = await startWatch(workspace.folder, indexDir);
      }
      const wanted = await fresh.rowsOf(workspace.folder);
      const faults = await settled(async () => differences(await readRows(indexDir), wanted));
      if (faults.length > 0) throw new Error(`seed ${seed}, round ${round} (${done.join(', ')}): ${faults.join('\n')}`);
      say(`round ${round}: ${done.length} acts, ${wanted.size} rows as in a fresh index`);
    }
  } finally {
    child?.kill('SIGKILL');
    await fresh.stop();
  }
  return round;
}

/** Looks until there is nothing left, or until nobody would wait longer. */
async function settled(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const until = Date.now() + REALLY_LATE_MS;
  for (;;) {
    // A table that is being compacted may lose a file under a look from outside.
    const faults = await look().catch((error: Error) => [error.message]);
    if (faults.length === 0 || Date.now() > until) return faults;
    await sleep(300);
  }
}

async function startWatch(folder: string, indexDir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'index', folder, '--watch', '--index-dir', indexDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (data) => {
      said += String(data);
      if (said.includes('Following')) resolve();
    });
    child.once('exit', () => reject(new Error(`quarry index --watch ended: ${said}`)));
  });
  return child;
}

async function killLater(child: ChildProcess, random: Random): Promise<void> {
  await sleep(random.below(2500));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

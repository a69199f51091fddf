import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChangeBatch } from '../../src/host/folders/changeBatch.ts';
import { FilesChanged } from '../../src/protocol/engine.ts';
import { type Engine, openEngine } from './engine.ts';
import { differences, freshIndexer, readRows } from './fresh.ts';
import { type Random, randomFrom } from './random.ts';
import { isGit, list, makeWorkspace, type Workspace } from './workspace.ts';

export interface FollowOptions {
  /** An empty folder; it stays after a failure. */
  readonly home: string;
  readonly seed: number;
  /** Ends after so many rounds, or when the time is over. */
  readonly rounds: number;
  readonly seconds: number;
  readonly files: number;
  readonly say: (line: string) => void;
}

/** A change that is not searchable after so long, also on a machine that is very busy, is lost. */
export const REALLY_LATE_MS = 60_000;
/** A pair of engines lives for so many rounds, each with a kill at most: with one more an engine would start safe mode. */
const ROUNDS_A_PAIR = 2;
/** The share of rounds in which a watcher misses changes, which the comparison with the whole folder has to find. */
const DEAF = 0.2;

/**
 * Does to a workspace what people and tools do, while two engines follow it that are told what a watcher would tell. Kills them at random
 * moments. After each round every row has to be what a fresh index of the same workspace would hold. Throws an error that names the round.
 */
export async function runFollow({ home, seed, rounds, seconds, files, say }: FollowOptions): Promise<number> {
  const random = randomFrom(seed);
  const until = Date.now() + seconds * 1000;
  const workspace = makeWorkspace(home, files, random);
  const indexDir = join(home, 'index');
  const fresh = freshIndexer(home);
  let pair: Engine[] = [];
  let round = 0;
  try {
    while (round < rounds && Date.now() < until) {
      const first = round % ROUNDS_A_PAIR === 0;
      if (first) {
        await Promise.all(pair.map(({ client }) => client.stop()));
        // The first one writes, the second follows.
        const writer = await openEngine(workspace.link, indexDir);
        pair = [writer, await openEngine(workspace.folder, indexDir)];
      }
      round++;
      const done: string[] = [];
      try {
        await once({ workspace, pair, random }, random.chance(DEAF), done);
        const wanted = await fresh.rowsOf(workspace.folder);
        const faults = differences(await readRows(indexDir), wanted);
        if (faults.length > 0) throw new Error(faults.join('\n'));
        for (const engine of pair) if (!(await engine.findsAnchor())) throw new Error('a search does not find the file that never changes');
        say(`round ${round}: ${done.length} acts, ${wanted.size} rows as in a fresh index`);
      } catch (error) {
        const logs = pair.map(({ log }) => log.slice(-8).join('\n')).join('\n--\n');
        throw new Error(
          `seed ${seed}, round ${round} (${done.join(', ')}): ${error instanceof Error ? error.message : String(error)}\nlog:\n${logs}`,
        );
      }
    }
  } finally {
    await Promise.all([...pair.map(({ client }) => client.stop()), fresh.stop()]);
  }
  return round;
}

interface Scene {
  readonly workspace: Workspace;
  readonly pair: readonly Engine[];
  readonly random: Random;
}

async function once({ workspace, pair, random }: Scene, deaf: boolean, done: string[]): Promise<void> {
  const { folder } = workspace;
  const tell = (paths: readonly string[]): void => {
    // What a killed engine is not told, it finds when it starts again.
    for (const { client } of pair) client.request(FilesChanged, { folder, paths }).catch(() => undefined);
  };
  const victims = pair.filter(() => random.chance(0.4));
  for (const victim of victims) setTimeout(() => void victim.kill(), random.below(2000));
  const acts = 1 + random.below(12);
  let before = snapshot(folder);
  for (let act = 0; act < acts; act++) {
    done.push(workspace.act());
    const after = snapshot(folder);
    // The extension's own batch decides what is told.
    await new Promise<void>((resolve) => {
      const paths = changed(before, after, random);
      if (paths.length === 0 || (deaf && random.chance(0.5))) {
        if (paths.length > 0) done.push('(unheard)');
        resolve();
        return;
      }
      const batch = createChangeBatch((told) => {
        tell(told);
        resolve();
      });
      for (const path of paths) batch.add(path);
      if (paths.every((path) => isGit(path) && path !== '.git/HEAD')) resolve();
    });
    before = after;
    if (random.chance(0.4)) await sleep(random.below(400));
  }
  if (victims.length > 0) {
    await sleep(2000);
    done.push(`(${victims.length} killed)`);
  }
  if (deaf) tell([]);
  for (const engine of pair) {
    const { status } = await engine.indexed();
    if (status.phase !== 'ready' && status.phase !== 'following') throw new Error(`an engine is ${status.phase}: ${status.message}`);
  }
}

/** Every file below a folder and `.git` files that a watcher looks at, with what tells a change. */
function snapshot(folder: string): ReadonlyMap<string, string> {
  const paths = list(folder, (path) => !isGit(path) || path === '.git/HEAD' || path === '.git/info/exclude');
  return new Map(
    paths.map((path) => {
      const { size, mtimeMs, ctimeMs, ino, mode } = lstatSync(join(folder, path));
      const isFolder = (mode & 0o170000) === 0o040000;
      return [path, isFolder ? 'folder' : `${size} ${mtimeMs} ${ctimeMs} ${ino}`];
    }),
  );
}

/** The paths that a watcher tells: in any order, and often only the folder of what came or went together. */
function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, random: Random): readonly string[] {
  const paths = new Set<string>();
  for (const [path, what] of after) if (before.get(path) !== what) paths.add(path);
  for (const path of before.keys()) if (!after.has(path)) paths.add(path);
  const covered = (path: string): boolean => {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (paths.has(path.slice(0, slash))) return true;
    }
    return false;
  };
  const told = random.chance(0.5) ? [...paths].filter((path) => !covered(path)) : [...paths];
  return told
    .map((path) => ({ path, at: random.below(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ path }) => path);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { FilesChanged, Rebuild } from '../../src/protocol/engine.ts';
import { CleanUp } from '../../src/protocol/health.ts';
import { compareWithDisk } from './compare.ts';
import { type Engine, openEngine } from './engine.ts';
import { type Random, randomFrom } from './random.ts';
import { makeTree, type Tree } from './tree.ts';

export interface KillOptions {
  /** An empty folder that the tree and the index are made in; both are left there for a look. */
  readonly home: string;
  readonly seed: number;
  readonly kills: number;
  readonly files: number;
  readonly say: (line: string) => void;
}

/** After so many kills in one client the next ones would start safe mode, which is not what is looked at here. */
const KILLS_A_CLIENT = 2;
const LONGEST_DELAY_MS = 1200;

interface Scene {
  readonly tree: Tree;
  readonly engine: Engine;
  readonly random: Random;
}

/** Here the process that does the upkeep is killed, in which the engine lives on. */
const UPKEEP_CHILD = 'upkeep child';

/** What the engine is at when it is killed. What it rejects because it dies under it is nobody's fault. */
const SCENES: Readonly<Record<string, (scene: Scene) => void>> = {
  saving: ({ tree, engine, random }) => tell(engine, tree, changes(tree, 1 + random.below(4))),
  indexing: ({ tree, engine, random }) => tell(engine, tree, changes(tree, 40 + random.below(80))),
  'changes that nobody told': ({ tree, engine, random }) => {
    changes(tree, 1 + random.below(20));
    tell(engine, tree, []);
  },
  'a branch switched': ({ tree, engine }) => {
    tree.switchBranch();
    tell(engine, tree, []);
  },
  upkeep: ({ tree, engine, random }) => {
    tell(engine, tree, changes(tree, random.below(6)));
    ask(engine.client.request(CleanUp, { roots: [] }));
  },
  [UPKEEP_CHILD]: ({ tree, engine, random }) => {
    tell(engine, tree, changes(tree, random.below(6)));
    ask(engine.client.request(CleanUp, { roots: [] }));
  },
  rebuild: ({ tree, engine }) => ask(engine.client.request(Rebuild, { folder: tree.folder })),
  'doing nothing': () => undefined,
};

/**
 * Changes a tree while the real engine follows it, kills the engine with -9 at random moments, and compares the index with the disk after
 * each restart. Throws an error that names the seed and the kill at the first difference.
 */
export async function runKills({ home, seed, kills, files, say }: KillOptions): Promise<void> {
  const random = randomFrom(seed);
  const tree = makeTree(`${home}/tree`, files, random);
  const indexDir = `${home}/index`;
  let engine = await openEngine(tree.folder, indexDir);
  try {
    await engine.indexed();
    await compareWithDisk(tree.folder, indexDir, tree.files());
    for (let kill = 1; kill <= kills; kill++) {
      const name = random.pick(Object.keys(SCENES));
      const delay = random.below(LONGEST_DELAY_MS);
      try {
        await once({ tree, engine, random }, name, delay);
        await compareWithDisk(tree.folder, indexDir, tree.files());
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`seed ${seed}, kill ${kill} (${name}, after ${delay} ms): ${message}\nlog:\n${engine.log.slice(-15).join('\n')}`);
      }
      say(`kill ${kill} of ${kills}: ${name}, after ${delay} ms: every row is as on disk`);
      if (kill % KILLS_A_CLIENT === 0 && kill < kills) {
        await engine.client.stop();
        engine = await openEngine(tree.folder, indexDir);
      }
    }
  } finally {
    await engine.client.stop();
  }
}

async function once(scene: Scene, name: string, delay: number): Promise<void> {
  const { engine, random, tree } = scene;
  // A rebuild starts from nothing, so the anchor may be missing for a moment; an answer there is all the same.
  const watched = watchSearches(engine, name !== 'rebuild');
  SCENES[name]?.(scene);
  await sleep(delay);
  if (name !== UPKEEP_CHILD || !(await engine.killUpkeep())) await engine.kill();
  if (random.chance(0.3)) {
    // Somebody goes on typing while the engine starts again.
    const paths = changes(tree, 1);
    await engine.client.request(FilesChanged, { folder: tree.folder, paths });
  }
  const { status } = await engine.indexed();
  await watched.end();
  if (status.phase !== 'ready') throw new Error(`the engine is ${status.phase}: ${status.message}`);
  if (!(await engine.findsAnchor())) throw new Error('a search does not find the file that never changes');
}

/** Asks all the time, and reports an answer that failed or missed what never changes. */
function watchSearches(engine: Engine, complete: boolean): { end(): Promise<void> } {
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      const found = await engine.findsAnchor();
      if (complete && !found) throw new Error('a search meanwhile did not find the file that never changes');
      await sleep(30);
    }
  })();
  watching.catch(() => undefined);
  return {
    end: () => {
      ended = true;
      return watching;
    },
  };
}

function changes(tree: Tree, count: number): readonly string[] {
  return Array.from({ length: count }, () => tree.change()).flat();
}

function tell(engine: Engine, tree: Tree, paths: readonly string[]): void {
  ask(engine.client.request(FilesChanged, { folder: tree.folder, paths }));
}

function ask(call: Promise<unknown>): void {
  call.catch(() => undefined);
}

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesChanged, Rebuild } from '../../src/protocol/engine.ts';
import { RunChecks } from '../../src/protocol/health.ts';
import { compareWithDisk } from './compare.ts';
import { type Engine, openEngine } from './engine.ts';
import { type Random, randomFrom } from './random.ts';
import { makeTree, type Tree } from './tree.ts';

const FILES = 120;
/** A tree of this size does not fit into the small disk below, and half of it does. */
const FILES_FOR_A_FULL_DISK = 900;
const SMALL_DISK = '3m';

export const DAMAGES = [
  'data truncated',
  'data deleted',
  'data zeroed',
  'an index truncated',
  'versions deleted',
  'index.json zeroed',
  'statistics cut',
] as const;
/** What a disk has lost in the middle of a file is found by `quarry doctor`, and a rebuild makes it good. */
export async function runZeroedMiddle(home: string, seed: number): Promise<undefined> {
  const { tree, indexDir } = await madeIndex(home, seed);
  for (const path of readdirSync(indexDir, { recursive: true, encoding: 'utf8' })) {
    if (!/chunks_.*[/\\]data[/\\].*\.lance$/.test(path)) continue;
    const bytes = readFileSync(join(indexDir, path));
    writeFileSync(join(indexDir, path), bytes.fill(0, Math.floor(bytes.length * 0.1), Math.floor(bytes.length * 0.7)));
  }
  const engine = await openEngine(tree.folder, indexDir);
  try {
    await engine.indexed();
    const checks = await engine.client.request(RunChecks, { folder: tree.folder });
    const told = checks.some(({ state }) => state === 'problem') || engine.log.some((line) => /damaged/.test(line));
    if (!told) throw new Error(`nothing was told: ${JSON.stringify(checks)}`);
    await engine.client.request(Rebuild, { folder: tree.folder });
    await engine.indexed();
    await compareWithDisk(tree.folder, indexDir, tree.files());
  } finally {
    await engine.client.stop();
  }
  return undefined;
}

export const FORMATS = ['older', 'newer'] as const;

type Damage = (typeof DAMAGES)[number];

interface Made {
  readonly tree: Tree;
  readonly indexDir: string;
  readonly random: Random;
}

/** One tree and its index for all damages of a seed; nobody changes the tree. */
const originals = new Map<number, Promise<Made>>();

/** A copy of the index in `home`, to be damaged. */
async function madeIndex(home: string, seed: number): Promise<Made> {
  const original = originals.get(seed) ?? makeIndex(await realpath(await mkdtemp(join(tmpdir(), 'quarry-damage-'))), seed);
  originals.set(seed, original);
  const { tree, indexDir } = await original;
  await cp(indexDir, join(home, 'index'), { recursive: true });
  return { tree, indexDir: join(home, 'index'), random: randomFrom(seed) };
}

async function makeIndex(home: string, seed: number): Promise<Made> {
  const random = randomFrom(seed);
  const tree = makeTree(join(home, 'tree'), FILES, random);
  const indexDir = join(home, 'index');
  const engine = await openEngine(tree.folder, indexDir);
  await engine.indexed();
  await engine.client.stop();
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  return { tree, indexDir, random };
}

/** Damages files of a closed index. The next engine must say so, answer, and end with an index that is as the disk. */
export async function runDamage(home: string, seed: number, damage: Damage): Promise<undefined> {
  const { tree, indexDir, random } = await madeIndex(home, seed);
  const files = readdirSync(indexDir, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(indexDir, path)).isFile());
  const some = (pattern: RegExp): string => join(indexDir, random.pick(files.filter((path) => pattern.test(path))));
  const act: Readonly<Record<Damage, () => void>> = {
    'data truncated': () => cut(some(/[/\\]data[/\\].*\.lance$/), random),
    'data deleted': () => rmSync(some(/[/\\]data[/\\].*\.lance$/)),
    'data zeroed': () => zero(some(/[/\\]data[/\\].*\.lance$/)),
    'an index truncated': () => cut(some(/[/\\]_indices[/\\]/), random),
    'versions deleted': () => rmSync(join(some(/[/\\]_versions[/\\]/), '..'), { recursive: true }),
    'index.json zeroed': () => zero(join(indexDir, 'index.json')),
    'statistics cut': () => cut(some(/^statistics_\w+\.bin$/), random),
  };
  act[damage]();
  await opensWhole(tree, indexDir);
  return undefined;
}

/** An index of another format: an older one is built again; a newer one is refused with a sentence and not touched. */
export async function runFormat(home: string, seed: number, format: (typeof FORMATS)[number]): Promise<undefined> {
  const { tree, indexDir } = await madeIndex(home, seed);
  const description = join(indexDir, 'index.json');
  const before = readFileSync(description, 'utf8');
  const number = Number(/"format": (\d+)/.exec(before)?.[1]);
  writeFileSync(description, before.replace(/"format": \d+/, `"format": ${format === 'newer' ? number + 1 : number - 1}`));
  if (format === 'older') {
    await opensWhole(tree, indexDir);
    return undefined;
  }
  const refused = await openEngine(tree.folder, indexDir).then(
    () => '',
    (error: Error) => error.message,
  );
  if (!/newer Quarry/.test(refused)) throw new Error(`an index of a newer format was not refused: "${refused}"`);
  writeFileSync(description, before);
  await compareWithDisk(tree.folder, indexDir, tree.files());
  return undefined;
}

/** Indexes onto a disk that is too small. What was committed must answer, the reason be told, and all be well when there is room. */
export async function runDiskFull(home: string, seed: number): Promise<string | undefined> {
  const disk = join(home, 'disk');
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK}`, 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    return `skipped, as no small disk can be mounted here (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
  try {
    const tree = makeTree(join(home, 'tree'), FILES_FOR_A_FULL_DISK, randomFrom(seed));
    const engine = await openEngine(tree.folder, join(disk, 'index'));
    try {
      const { status } = await engine.indexed();
      if (!engine.log.some((line) => /disk is full/.test(line)))
        throw new Error(`a full disk was not told: ${status.phase} ${status.message}`);
      await engine.findsAnchor();
      execFileSync('mount', ['-o', 'remount,size=500m', disk], { stdio: 'pipe' });
      while ((await engine.indexed()).status.phase !== 'ready') await new Promise((resolve) => setTimeout(resolve, 200));
      await compareWithDisk(tree.folder, join(disk, 'index'), tree.files());
      if (!(await engine.findsAnchor())) throw new Error('a search does not find the file that never changes');
    } finally {
      await engine.client.stop();
    }
  } finally {
    execFileSync('umount', ['-l', disk], { stdio: 'pipe' });
  }
  return undefined;
}

/**
 * A disk that can only be read, from the start and from one moment to the next: what is on it answers, the reason is told, and what changed
 * meanwhile is indexed as soon as it can be written, where an engine runs, and by the next engine where none did.
 */
export async function runReadOnlyDisk(home: string, seed: number): Promise<string | undefined> {
  const disk = join(home, 'disk');
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=500m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch (error) {
    return `skipped, as no disk can be mounted here (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
  const remount = async (how: 'ro' | 'rw'): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        execFileSync('mount', ['-o', `remount,bind,${how}`, disk], { stdio: 'pipe' });
        return;
      } catch (error) {
        // A disk on which a file is being written stays as it is. As a bind, files that are removed and still open do not count.
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const tree = makeTree(join(home, 'tree'), FILES, randomFrom(seed));
  const indexDir = join(disk, 'index');
  const answers = async (engine: Engine): Promise<void> => {
    if (!(await engine.findsAnchor())) throw new Error('a search does not find the file that never changes');
  };
  const inStep = async (engine: Engine): Promise<void> => {
    while ((await engine.indexed()).status.phase !== 'ready') await new Promise((resolve) => setTimeout(resolve, 200));
    await compareWithDisk(tree.folder, indexDir, tree.files()).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\nlog:\n${engine.log.slice(-15).join('\n')}`);
    });
    await answers(engine);
  };
  try {
    const engine = await openEngine(tree.folder, indexDir);
    try {
      await inStep(engine);
      await remount('ro');
      await engine.client.request(FilesChanged, { folder: tree.folder, paths: Array.from({ length: 9 }, () => tree.change()).flat() });
      await engine.indexed();
      await answers(engine);
      if (!engine.log.some((line) => /Indexing stopped/.test(line))) throw new Error(`nothing was told: ${engine.log.join('\n')}`);
      await remount('rw');
      // A single file that can be written again does not make the others ready, which are to be tried again later.
      await engine.client.request(FilesChanged, { folder: tree.folder, paths: tree.change() });
      const { phase } = (await engine.indexed()).status;
      if (phase !== 'ready') throw new Error(`the engine is ${phase} after a file was written`);
      await inStep(engine);
    } finally {
      await engine.client.stop();
    }
    tree.change();
    await remount('ro');
    const reader = await openEngine(tree.folder, indexDir);
    try {
      const { status } = await reader.indexed();
      if (status.phase !== 'read-only' || status.message === '') throw new Error(`the engine is ${status.phase}: "${status.message}"`);
      await answers(reader);
      // It writes as soon as it can, and takes in what changed before.
      await remount('rw');
      await inStep(reader);
    } finally {
      await reader.client.stop();
    }
    await opensWhole(tree, indexDir);
  } finally {
    execFileSync('umount', ['-l', disk], { stdio: 'pipe' });
  }
  return undefined;
}

async function opensWhole(tree: Tree, indexDir: string): Promise<void> {
  const engine = await openEngine(tree.folder, indexDir);
  try {
    // The answer may be empty while it is rebuilt; there must be one.
    await engine.findsAnchor().catch((error: Error) => {
      if (!/being rebuilt/.test(error.message)) throw error;
    });
    const { status } = await engine.indexed();
    if (status.phase !== 'ready') throw new Error(`the engine is ${status.phase}: ${status.message}`);
    if (!(await engine.findsAnchor())) throw new Error('a search does not find the file that never changes');
    await engine.indexed();
    await compareWithDisk(tree.folder, indexDir, tree.files());
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nlog:\n${engine.log.slice(-15).join('\n')}`);
  } finally {
    await engine.client.stop();
  }
}

function cut(file: string, random: Random): void {
  truncateSync(file, random.below(statSync(file).size));
}

function zero(file: string): void {
  writeFileSync(file, new Uint8Array(statSync(file).size));
}

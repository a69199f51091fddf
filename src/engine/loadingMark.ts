import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWriter, takeWriterLock } from './writerLock.ts';

/**
 * A driver or a lack of memory can end the process that holds a model, or the engine with it. The former is told here; after the latter
 * a lock that its dead owner has left says so. Either way the next engine does not run into the same end again and again.
 */
export interface LoadingMark {
  /** How often a process has ended here within the last hour. */
  readonly deaths: number;
  /** The model is loaded, or is not to be loaded after all: whatever ends the engine from now on is something else. */
  done(): Promise<void>;
  /** The process that held the model has ended by itself; how often that makes. */
  died(): Promise<number>;
}

const DEATHS_FILE = 'deaths.json';
/** Then memory may be free again, or a driver renewed. */
const FORGOTTEN_MS = 60 * 60_000;

const active = new Set<() => Promise<void>>();

/** The folder for the mark of a model, below the folder of all models. */
export function markFolder(models: string, id: string): string {
  return join(models, '.loading', id.replace('/', '--'));
}

/** `dir` is a folder of its own for this model. Where it cannot be written nothing is counted. */
export async function markLoading(dir: string, now = Date.now()): Promise<LoadingMark> {
  try {
    return await mark(dir, now);
  } catch {
    let deaths = 0;
    return { deaths, done: () => Promise.resolve(), died: () => Promise.resolve(++deaths) };
  }
}

async function mark(dir: string, now: number): Promise<LoadingMark> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, DEATHS_FILE);
  const left = await readWriter(dir);
  const lock = await takeWriterLock(dir);
  let deaths = await readDeaths(file, now);
  const died = async (at = Date.now()): Promise<number> => {
    // Where the file cannot be written, this process counts its own.
    deaths = Math.max(deaths, await readDeaths(file, at)) + 1;
    await writeFile(file, JSON.stringify({ deaths, at })).catch(() => undefined);
    return deaths;
  };
  if (left?.alive === false && lock !== undefined) await died(now);
  const done = async (): Promise<void> => {
    active.delete(done);
    await lock?.release();
  };
  active.add(done);
  return { deaths, done, died };
}

/** Another model stands there now. */
export async function forgetDeaths(dir: string): Promise<void> {
  await rm(join(dir, DEATHS_FILE), { force: true }).catch(() => undefined);
}

/** The process ends on purpose, whatever it loads now. */
export async function clearLoadingMarks(): Promise<void> {
  await Promise.all([...active].map((done) => done()));
}

async function readDeaths(file: string, now: number): Promise<number> {
  try {
    const { deaths, at } = JSON.parse(await readFile(file, 'utf8')) as { readonly deaths?: unknown; readonly at?: unknown };
    return typeof deaths === 'number' && typeof at === 'number' && now - at < FORGOTTEN_MS ? deaths : 0;
  } catch {
    // Nobody has ended here.
    return 0;
  }
}

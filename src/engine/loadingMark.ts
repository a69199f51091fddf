import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWriter, takeWriterLock } from './writerLock.ts';

/**
 * A driver or a lack of memory can end the process while a model is loaded. A lock that its dead owner has left says so to the next
 * process, which then does not run into the same end again and again.
 */
export interface LoadingMark {
  /** How often a process has ended here within the last hour. */
  readonly deaths: number;
  /** Nothing is loaded after all; the deaths stay counted. */
  leave(): Promise<void>;
  /** The model is loaded, or could not be loaded: whatever ends the process from now on is something else. */
  done(): Promise<void>;
}

const DEATHS_FILE = 'deaths.json';
/** Then memory may be free again, or a driver renewed. */
const FORGOTTEN_MS = 60 * 60_000;

const active = new Set<() => Promise<void>>();

/** `dir` is a folder of its own for this model. Where it cannot be written nothing is counted. */
export async function markLoading(dir: string, now = Date.now()): Promise<LoadingMark> {
  try {
    return await mark(dir, now);
  } catch {
    return { deaths: 0, leave: () => Promise.resolve(), done: () => Promise.resolve() };
  }
}

async function mark(dir: string, now: number): Promise<LoadingMark> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, DEATHS_FILE);
  const left = await readWriter(dir);
  let deaths = await readDeaths(file, now);
  const lock = await takeWriterLock(dir);
  if (left?.alive === false && lock !== undefined) {
    deaths++;
    await writeFile(file, JSON.stringify({ deaths, at: now }));
  }
  const release = async (): Promise<void> => {
    active.delete(release);
    await lock?.release();
  };
  active.add(release);
  return {
    deaths,
    leave: release,
    async done() {
      await release();
      await rm(file, { force: true });
    },
  };
}

/** The process ends on purpose, whatever it loads now. */
export async function clearLoadingMarks(): Promise<void> {
  await Promise.all([...active].map((release) => release()));
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

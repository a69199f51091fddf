import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFile } from '../core/files.ts';

/**
 * Files that the process died of while it parsed them. After the first time a file is tried again, last and alone; after the second it is
 * left out until it changes or a person asks. A process may die of something else at that moment, hence two times.
 */
interface Suspect {
  readonly deaths: number;
  /** As found after the last death: another content is another try. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** What one pass has to know about them. */
export interface Suspects {
  /** To be tried after all others, each in a batch of its own. */
  readonly last: ReadonlySet<string>;
  /** Not to be tried. */
  readonly quarantined: readonly FoundFile[];
  /** Called with what has been parsed: it is under suspicion no more. */
  cleared(paths: Iterable<string>): Promise<void>;
}

const DEATHS_ALLOWED = 1;
const JOURNAL = 'in-progress.json';
const SUSPECTS = 'suspects.json';

/** The file that names what is being parsed now. */
export function journalOf(indexDir: string): string {
  return join(indexDir, JOURNAL);
}

/** Reads what earlier processes died of, and what follows for the files that are to be read now. */
export async function readSuspects(indexDir: string, read: readonly FoundFile[]): Promise<Suspects> {
  const known = new Map(Object.entries(await load(indexDir)));
  const died = await deathIn(journalOf(indexDir));
  const found = died === undefined ? undefined : read.find(({ path }) => path === died);
  if (died !== undefined) {
    if (found !== undefined) {
      const before = known.get(found.path);
      const deaths = (before !== undefined && isSame(before, found) ? before.deaths : 0) + 1;
      known.set(found.path, { deaths, size: found.size, mtimeMs: found.mtimeMs });
      await save(indexDir, known);
    }
    await rm(journalOf(indexDir), { force: true });
  }
  const suspected = read.filter((file) => {
    const suspect = known.get(file.path);
    return suspect !== undefined && isSame(suspect, file);
  });
  const tooOften = ({ path }: FoundFile): boolean => (known.get(path)?.deaths ?? 0) > DEATHS_ALLOWED;
  return {
    last: new Set(suspected.filter((file) => !tooOften(file)).map(({ path }) => path)),
    quarantined: suspected.filter(tooOften),
    cleared: async (paths) => {
      let changed = false;
      for (const path of paths) changed = known.delete(path) || changed;
      if (changed) await save(indexDir, known);
    },
  };
}

/** A person asks for another try of these files. */
export async function forgive(indexDir: string, paths: readonly string[]): Promise<void> {
  const known = new Map(Object.entries(await load(indexDir)));
  for (const path of paths) {
    const suspect = known.get(path);
    if (suspect !== undefined) known.set(path, { ...suspect, deaths: DEATHS_ALLOWED });
  }
  if (known.size > 0) await save(indexDir, known);
}

/** The path that a process, which is not this one, was at when it ended. */
async function deathIn(journal: string): Promise<string | undefined> {
  const value = await parsed(journal);
  const named = typeof value === 'object' && value !== null && 'path' in value && 'pid' in value ? value : undefined;
  return named?.pid === process.pid || typeof named?.path !== 'string' ? undefined : named.path;
}

function isSame(suspect: Suspect, file: FoundFile): boolean {
  return suspect.size === file.size && suspect.mtimeMs === file.mtimeMs;
}

async function load(indexDir: string): Promise<Readonly<Record<string, Suspect>>> {
  const value = await parsed(join(indexDir, SUSPECTS));
  return typeof value === 'object' && value !== null ? (value as Record<string, Suspect>) : {};
}

async function save(indexDir: string, known: ReadonlyMap<string, Suspect>): Promise<void> {
  const path = join(indexDir, SUSPECTS);
  if (known.size === 0) return rm(path, { force: true });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(Object.fromEntries(known)));
  await rename(draft, path);
}

async function parsed(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Missing or empty: nobody died. Damaged: what it said is lost, and the next death writes it anew.
    return undefined;
  }
}

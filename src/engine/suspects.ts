import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFile } from '../core/files.ts';

/**
 * Files that the process died of while it parsed them, or ended by itself while it embedded or wrote them. After the first time a file is
 * tried again, last and alone; after the second it is left out until it changes or a person asks. A process may die of something else at
 * that moment, hence two times.
 */
interface Suspect {
  /** Deaths with this file alone in work. The first one counts as well when others were, for nobody knows which it was. */
  readonly deaths: number;
  /** Deaths with others in work. */
  readonly amongOthers?: number;
  /** As found after the last death: another content is another try. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** What one pass has to know about them. */
export interface Suspects {
  /** To be tried after all others, each in a batch of its own. */
  readonly last: ReadonlySet<string>;
  /** Of these the ones that are written alone, too: it was not found out by less. */
  readonly alone: ReadonlySet<string>;
  /** Not to be tried. */
  readonly quarantined: readonly FoundFile[];
  /** Called with what has been committed: it is under suspicion no more. */
  cleared(paths: Iterable<string>): Promise<void>;
}

const DEATHS_ALLOWED = 1;
const JOURNAL = 'in-progress.json';
const SUSPECTS = 'suspects.json';
/** Names what is parsed and not committed yet. */
export const IN_BATCH = 'in-batch.json';
/** Small ones are written together after the first death among others, and alone after the second. */
const WRITTEN_TOGETHER = 1;

/** The file that names what is being parsed now. */
export function journalOf(indexDir: string): string {
  return join(indexDir, JOURNAL);
}

/** The file that names what is between its parsing and its commit. */
export function batchJournalOf(indexDir: string): string {
  return join(indexDir, IN_BATCH);
}

/**
 * Reads what earlier processes died of, and what follows for the files that are to be read now. `crashedPid` is the process before this one if
 * it ended by itself: only then what it had parsed is under suspicion, for that is in work nearly all the time, and anybody may kill a process.
 */
export async function readSuspects(indexDir: string, read: readonly FoundFile[], crashedPid?: number): Promise<Suspects> {
  const known = new Map(Object.entries(await load(indexDir)));
  const died = await deathIn(journalOf(indexDir));
  const inWork = await batchIn(batchJournalOf(indexDir), crashedPid);
  const named = new Set([...(died === undefined ? [] : [died]), ...(inWork?.length === 1 ? inWork : [])]);
  const others = new Set(inWork?.length === 1 ? [] : inWork);
  for (const file of read) {
    const { path, size, mtimeMs } = file;
    if (!named.has(path) && !others.has(path)) continue;
    const before = known.get(path);
    const { deaths, amongOthers = 0 } = before !== undefined && isSame(before, file) ? before : { deaths: 0 };
    const now = named.has(path) ? { deaths: deaths + 1, amongOthers } : { deaths: Math.max(deaths, 1), amongOthers: amongOthers + 1 };
    known.set(path, { ...now, size, mtimeMs });
  }
  if (named.size + others.size > 0) await save(indexDir, known);
  if (died !== undefined) await rm(journalOf(indexDir), { force: true });
  if (inWork !== undefined) await rm(batchJournalOf(indexDir), { force: true });
  const suspected = read.filter((file) => {
    const suspect = known.get(file.path);
    return suspect !== undefined && isSame(suspect, file);
  });
  const tooOften = ({ path }: FoundFile): boolean => (known.get(path)?.deaths ?? 0) > DEATHS_ALLOWED;
  const last = suspected.filter((file) => !tooOften(file)).map(({ path }) => path);
  return {
    last: new Set(last),
    alone: new Set(last.filter((path) => (known.get(path)?.amongOthers ?? 0) > WRITTEN_TOGETHER)),
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

/** What another process had in work when it ended, unless it was not that one; undefined when there was no other. */
async function batchIn(journal: string, crashedPid: number | undefined): Promise<readonly string[] | undefined> {
  const value = await parsed(journal);
  const named = typeof value === 'object' && value !== null && 'paths' in value && 'pid' in value ? value : undefined;
  if (named === undefined || named.pid === process.pid) return undefined;
  if (named.pid !== crashedPid || !Array.isArray(named.paths)) return [];
  return named.paths.filter((path): path is string => typeof path === 'string');
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

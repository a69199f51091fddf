import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SkippedFile } from '../core/files.ts';
import { isToolDirectory, isVersionControl } from './classify.ts';
import { describeLine, type IgnoreRules, NO_RULES } from './ignoreRules.ts';
import { mapLimit } from './pool.ts';
import { readSmallFile } from './readSmallFile.ts';

/** What a walk found; paths are relative to the folder that was walked. */
export interface WalkListing {
  readonly files: readonly string[];
  /** What rules left out; a directory ends with `/` and stands for everything in it. */
  readonly ignored: readonly SkippedFile[];
  /** Directories that are git repositories; the walk does not enter them. */
  readonly repositories: readonly string[];
}

export interface WalkOptions {
  /** False lists everything: no ignore file is read and repositories are entered. */
  readonly rules: boolean;
  /** Names of tool directories that are entered all the same. */
  readonly enter?: (name: string) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** In this order, so that `.ignore` overrules `.gitignore` in the same directory. */
export const IGNORE_FILES = ['.gitignore', '.ignore'] as const;

/** Files by which a tool marks a directory as its own work: a Python environment, a cache. */
const DIRECTORY_MARKERS = ['pyvenv.cfg', 'CACHEDIR.TAG'];

const CONCURRENCY = 16;

interface Directory {
  /** Relative, '' for the folder itself. */
  readonly path: string;
  readonly rules: IgnoreRules;
}

interface Mutable {
  readonly files: string[];
  readonly ignored: SkippedFile[];
  readonly repositories: string[];
}

/** Adds the ignore files that stand in one directory to the rules from above; one that cannot be read has no rules. */
export async function withIgnoreFiles(root: string, path: string, names: readonly string[], rules: IgnoreRules): Promise<IgnoreRules> {
  let all = rules;
  for (const name of names) {
    all = all.with(path, name, (await readSmallFile(join(root, path, name))) ?? '');
  }
  return all;
}

/** Walks a folder without git, level by level, honouring nested ignore files and never following a link. */
export async function walkFolder(root: string, options: WalkOptions): Promise<WalkListing> {
  const found: Mutable = { files: [], ignored: [], repositories: [] };
  let level: Directory[] = [{ path: '', rules: NO_RULES }];
  while (level.length > 0) {
    const next = await mapLimit(level, CONCURRENCY, (directory) => readDirectory(root, directory, options, found), options.signal);
    level = next.flat();
  }
  return found;
}

/** Adds one directory's entries to `found` and answers with the directories to enter next. */
async function readDirectory(root: string, directory: Directory, options: WalkOptions, found: Mutable): Promise<Directory[]> {
  const { path } = directory;
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, path), { withFileTypes: true });
  } catch (error) {
    found.ignored.push({ path: `${path}/`, reason: 'unreadable', detail: (error as NodeJS.ErrnoException).code ?? 'cannot be listed' });
    return [];
  }
  const names = new Set(entries.map((entry) => entry.name));
  if (options.rules && path !== '' && names.has('.git')) {
    found.repositories.push(path);
    return [];
  }
  const marker = path === '' ? undefined : DIRECTORY_MARKERS.find((name) => names.has(name));
  if (options.rules && marker) {
    found.ignored.push({ path: `${path}/`, reason: 'ignored', detail: `a directory that a tool marked with ${marker}` });
    return [];
  }
  const here = options.rules ? IGNORE_FILES.filter((name) => names.has(name)) : [];
  const rules = await withIgnoreFiles(root, path, here, directory.rules);
  const directories: Directory[] = [];
  for (const entry of entries) {
    const child = path === '' ? entry.name : `${path}/${entry.name}`;
    if (isVersionControl(entry.name)) continue;
    const skipped = options.rules || entry.isDirectory() ? ruledOut(child, entry, rules, options) : undefined;
    if (skipped) found.ignored.push(skipped);
    else if (entry.isDirectory()) directories.push({ path: child, rules });
    else found.files.push(child);
  }
  return directories;
}

function ruledOut(path: string, entry: Dirent, rules: IgnoreRules, options: WalkOptions): SkippedFile | undefined {
  const isDirectory = entry.isDirectory();
  const shown = isDirectory ? `${path}/` : path;
  if (isDirectory && isToolDirectory(entry.name) && options.enter?.(entry.name) !== true) {
    return { path: shown, reason: 'ignored', detail: `\`${entry.name}/\` is a directory that tools fill` };
  }
  const answer = rules.answer(shown);
  return answer.effect === 'ignore' ? { path: shown, reason: 'ignored', detail: describeLine(answer.by) } : undefined;
}

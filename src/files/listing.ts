import { dirname, join } from 'node:path';
import type { SkippedFile } from '../core/files.ts';
import { type GitListResult, listWithGit } from './gitList.ts';
import { exists, type ListedEntry, statAll } from './stat.ts';
import { walkFolder } from './walk.ts';

/** Everything that git, or a walk, lets through; not yet judged by name, settings or size. */
export interface Listing {
  readonly entries: readonly ListedEntry[];
  /** What git or an ignore file leaves out; a directory ends with `/` and stands for everything in it. */
  readonly ignored: readonly SkippedFile[];
  readonly source: 'git' | 'walk';
  /** Repositories and submodules inside, each as a path that ends with `/`. */
  readonly repositories: readonly string[];
  /** Sentences for a person. */
  readonly notes: readonly string[];
}

/** One repository or plain folder inside the folder; `base` is '' or ends with `/`. */
interface Place {
  readonly base: string;
  readonly ownRepository: boolean;
}

interface PlaceListing {
  readonly files: readonly string[];
  readonly ignored: readonly SkippedFile[];
  readonly repositories: readonly string[];
  readonly source: 'git' | 'walk';
  readonly note?: string | undefined;
}

async function isBelowRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return true;
    if (dirname(at) === at) return false;
  }
}

async function noteOf(result: GitListResult, folder: string): Promise<string | undefined> {
  if (result.ok || result.problem === 'not-a-repository') return undefined;
  const instead = 'the .gitignore files in it are followed instead.';
  switch (result.problem) {
    case 'no-git':
      return (await isBelowRepository(folder)) ? `git is not installed; ${instead}` : undefined;
    case 'unsafe':
      return `git does not trust the repository at ${folder}, as it belongs to somebody else (safe.directory); ${instead}`;
    case 'ignored-folder':
      return `${result.message}; ${instead}`;
    default:
      return `git could not list the files of ${folder} (${result.message}); ${instead}`;
  }
}

async function listPlace(folder: string, place: Place, signal: AbortSignal | undefined): Promise<PlaceListing> {
  const result = await listWithGit(folder, place.ownRepository, signal);
  if (result.ok) {
    const { files, ignored, repositories } = result.listing;
    return { files, repositories, ignored: ignored.map((path) => ({ path, reason: 'git-ignored' })), source: 'git' };
  }
  const [walked, note] = await Promise.all([walkFolder(folder, { rules: true, signal }), noteOf(result, folder)]);
  return { ...walked, source: 'walk', note };
}

/** Lists `root` (absolute, real path), and every repository and submodule inside, each by its own rules. */
export async function listFolder(root: string, signal?: AbortSignal): Promise<Listing> {
  const entries: ListedEntry[] = [];
  const ignored: SkippedFile[] = [];
  const notes: string[] = [];
  let source: 'git' | 'walk' = 'git';
  const places: Place[] = [{ base: '', ownRepository: false }];
  // The list grows while it is worked through: each place may hold further repositories.
  for (const place of places) {
    const folder = place.base === '' ? root : join(root, place.base);
    const part = await listPlace(folder, place, signal);
    if (place.base === '') source = part.source;
    if (part.note) notes.push(part.note);
    const { entries: found, unreadable } = await statAll(folder, part.files, signal);
    const repositories = [...part.repositories];
    for (const entry of found) {
      // Git lists files only: a directory in its place is a submodule, checked out when it has a `.git`.
      if (!entry.stats.isDirectory()) entries.push({ ...entry, path: place.base + entry.path });
      else if (await exists(join(folder, entry.path, '.git'))) repositories.push(entry.path);
    }
    for (const skipped of [...part.ignored, ...unreadable]) ignored.push({ ...skipped, path: place.base + skipped.path });
    for (const path of repositories) places.push({ base: `${place.base}${path}/`, ownRepository: true });
  }
  return { entries, ignored, source, repositories: places.slice(1).map(({ base }) => base), notes };
}

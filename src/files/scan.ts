import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSettings, FoundFile, SkippedFile } from '../core/files.ts';
import { skipByName } from './classify.ts';
import { type Judges, judgePath, type Skip, toolDirectoryOf } from './judge.ts';
import { judgeStats } from './judgeStats.ts';
import { type Listing, listFolder } from './listing.ts';
import { loadQuarryRules, QUARRY_IGNORE, type QuarryRules } from './quarryRules.ts';
import { settingsFilter } from './settings.ts';
import { type ListedEntry, statAll } from './stat.ts';
import { walkFolder } from './walk.ts';

/** Which files of a folder may be indexed, and what was left out. Both lists are sorted by path. */
export interface ScanResult {
  readonly files: readonly FoundFile[];
  /** A path that ends with `/` stands for everything in that directory. */
  readonly skipped: readonly SkippedFile[];
  /** Who decided at the top of the folder: git, or a walk that reads ignore files. */
  readonly source: 'git' | 'walk';
  /** Repositories and submodules inside, each as a path that ends with `/`. */
  readonly repositories: readonly string[];
  /** Sentences for a person, such as that git does not trust the repository. */
  readonly notes: readonly string[];
}

/** An entry that git or an ignore file left out and that a `!` line may take in. */
interface Candidate {
  readonly entry: ListedEntry;
  readonly ignored: Skip;
}

function quarryDirectories(listing: Listing): string[] {
  const paths = [...listing.entries.map(({ path }) => path), ...listing.ignored.map(({ path }) => path)];
  const nested = paths.filter((path) => path.endsWith(`/${QUARRY_IGNORE}`)).map((path) => dirname(path));
  return ['', ...nested];
}

/** Lists what lies in the ignored places, for the `!` lines to choose from. */
async function candidates(root: string, listing: Listing, quarry: QuarryRules, signal: AbortSignal | undefined): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const { path, reason, detail } of listing.ignored) {
    if (reason === 'unreadable') continue;
    const directory = path.endsWith('/') ? path : '';
    const tool = toolDirectoryOf(path);
    if (tool && !quarry.names(tool.name)) continue;
    const listed = directory === '' ? [path] : (await walkFolder(join(root, path), { rules: false, enter: quarry.names, signal })).files;
    const wanted = listed.map((file) => directory + file).filter((file) => quarry.answer(file).effect === 'asked');
    const { entries } = await statAll(root, wanted, signal);
    for (const entry of entries) found.push({ entry, ignored: { reason, detail } });
  }
  return found;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** That a file is a secret matters more to a person than that git ignores it too. */
function secretFirst(entry: SkippedFile): SkippedFile {
  const named = entry.path.endsWith('/') ? undefined : skipByName(entry.path);
  return named?.reason === 'secret' ? { path: entry.path, reason: 'secret', detail: named.detail } : entry;
}

export function foundFile({ path, stats, movedMs }: ListedEntry, asked: boolean): FoundFile {
  const { size, mtimeMs, ctimeMs } = stats;
  return { path, size, mtimeMs, ctimeMs: Math.max(ctimeMs, movedMs), ...(asked ? { asked } : {}) };
}

function skippedFile(path: string, { reason, detail }: Skip): SkippedFile {
  return detail === undefined ? { path, reason } : { path, reason, detail };
}

/**
 * Finds the files of `folder` (absolute; a link is followed) that may be indexed: inside git, git decides, elsewhere nested
 * ignore files; then the settings; then `.quarryignore`; then the name, the kind and the size of the file. No file is
 * opened: `inspectContent` has the last word when one is read. Rejects when the folder cannot be resolved (see
 * `checkFolder`) and when the signal is aborted.
 */
export async function scanFolder(folder: string, settings: FileSettings, signal?: AbortSignal): Promise<ScanResult> {
  const root = await realpath(folder);
  const listing = await listFolder(root, signal);
  const filter = settingsFilter(settings);
  const quarry = await loadQuarryRules(root, quarryDirectories(listing));
  const judges: Judges = { settings: filter, quarry };
  const files: FoundFile[] = [];
  const skipped = new Map<string, SkippedFile>();
  for (const entry of listing.ignored) skipped.set(entry.path, secretFirst(entry));

  const judge = async (entry: ListedEntry, ignored: Skip | undefined) => {
    const { path, stats } = entry;
    const judged = judgePath(path, ignored, judges);
    const skip = 'skip' in judged ? judged.skip : await judgeStats(root, path, stats, settings.maxFileBytes);
    if (skip) {
      // A whole directory of a tool is one entry and not ten thousand.
      const shown = skip.reason === 'ignored' && ignored === undefined ? (toolDirectoryOf(path)?.path ?? path) : path;
      skipped.set(shown, skippedFile(shown, skip));
      return;
    }
    skipped.delete(path);
    const asked = 'asked' in judged && judged.asked;
    files.push(foundFile(entry, asked));
  };

  for (const entry of listing.entries) await judge(entry, undefined);
  const more = quarry.asksForMore ? await candidates(root, listing, quarry, signal) : [];
  for (const { entry, ignored } of more) await judge(entry, ignored);
  return {
    files: files.sort(byPath),
    skipped: [...skipped.values()].sort(byPath),
    source: listing.source,
    repositories: listing.repositories,
    notes: [...listing.notes, ...filter.notes],
  };
}

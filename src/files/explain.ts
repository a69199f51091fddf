import type { Stats } from 'node:fs';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { FileSettings, FileVerdict } from '../core/files.ts';
import { describeSkip } from './classify.ts';
import { inspectContent } from './content.ts';
import { directoriesAbove, ignoredBy } from './ignoredBy.ts';
import { judgePath, type Skip } from './judge.ts';
import { judgeStats, relativeInside } from './judgeStats.ts';
import { loadQuarryRules } from './quarryRules.ts';
import { settingsFilter } from './settings.ts';

function refused(path: string, skip: Skip, subject = `\`${path}\` is not indexed`): FileVerdict {
  const { reason, detail } = skip;
  const sentence = `${subject}: ${describeSkip(reason, detail)}.`;
  return { path, indexed: false, reason, sentence, ...(detail === undefined ? {} : { detail }) };
}

/** The path as seen from the folder, through links in the folder's own path; nothing when it lies outside. */
async function placeInFolder(folder: string, root: string, path: string): Promise<string | undefined> {
  const given = isAbsolute(path) ? path : resolve(root, path);
  return relativeInside(root, given) ?? relativeInside(resolve(folder), given);
}

/** The first directory above the path that is a link: what lies behind it counts under its own name, or not at all. */
async function linkAbove(root: string, path: string): Promise<string | undefined> {
  for (const directory of directoriesAbove(path).slice(1)) {
    const stats = await lstat(join(root, directory)).catch(() => undefined);
    if (stats?.isSymbolicLink()) return directory;
  }
  return undefined;
}

async function explainLink(root: string, path: string, link: string): Promise<FileVerdict> {
  const target = await realpath(join(root, path)).catch(() => undefined);
  const inside = target === undefined ? undefined : relativeInside(root, target);
  if (inside === undefined) return refused(path, { reason: 'outside-folder', detail: `${link} is a link that leads out of it` });
  return refused(path, { reason: 'not-a-file', detail: `${link} is a link, and the file counts as ${inside}` });
}

async function judgeContent(root: string, path: string, asked: boolean): Promise<Skip | undefined> {
  try {
    const inspected = inspectContent(path, await readFile(join(root, path)), asked);
    return 'text' in inspected ? undefined : inspected;
  } catch (error) {
    return { reason: 'unreadable', detail: (error as NodeJS.ErrnoException).code ?? 'reading failed' };
  }
}

/**
 * Says whether one file of `folder` (absolute) may be indexed, and which rule decides, in one sentence. `path` is relative
 * or absolute; missing files, directories and paths outside get a sentence too. Rejects when the folder cannot be resolved.
 */
export async function explainFile(folder: string, path: string, settings: FileSettings): Promise<FileVerdict> {
  const root = await realpath(folder);
  const inside = await placeInFolder(folder, root, path.replace(/[\\/]+$/, ''));
  if (inside === undefined)
    return { path, indexed: false, reason: 'outside-folder', sentence: `\`${path}\` is not in the folder ${folder}.` };
  if (inside === '') return { path: '', indexed: false, sentence: 'This is the folder itself: ask about a file in it.' };
  const stats = await lstat(join(root, inside)).catch((error: NodeJS.ErrnoException) => error);
  if (stats instanceof Error) return explainMissing(inside, stats);
  const link = await linkAbove(root, inside);
  if (link !== undefined) return explainLink(root, inside, link);
  if (stats.isDirectory()) return explainDirectory(root, inside, settings);
  return explainEntry(root, inside, stats, settings);
}

function explainMissing(path: string, error: NodeJS.ErrnoException): FileVerdict {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return refused(path, { reason: 'unreadable', detail: error.code });
  return { path, indexed: false, sentence: `There is no file \`${path}\` in this folder.` };
}

async function judgesFor(root: string, path: string, settings: FileSettings) {
  return { settings: settingsFilter(settings), quarry: await loadQuarryRules(root, directoriesAbove(path)) };
}

async function explainDirectory(root: string, path: string, settings: FileSettings): Promise<FileVerdict> {
  const { quarry } = await judgesFor(root, `${path}/x`, settings);
  const said = quarry.answer(`${path}/`);
  const left = said.effect === 'left-out' ? { reason: 'quarryignore' as const, detail: said.detail } : undefined;
  const judged = said.effect === 'asked' ? undefined : ((await ignoredBy(root, `${path}/`)) ?? left);
  if (judged) return refused(path, judged, `Nothing in the directory \`${path}\` is indexed`);
  return { path, indexed: false, sentence: `\`${path}\` is a directory: its files are judged one by one, so ask about one of them.` };
}

async function explainEntry(root: string, path: string, stats: Stats, settings: FileSettings): Promise<FileVerdict> {
  const judges = await judgesFor(root, path, settings);
  const judged = judgePath(path, await ignoredBy(root, path), judges);
  if ('skip' in judged) return refused(path, judged.skip);
  const skip = (await judgeStats(root, path, stats, settings.maxFileBytes)) ?? (await judgeContent(root, path, judged.asked));
  if (skip) return refused(path, skip);
  const because = judged.asked ? 'a `!` line in .quarryignore asks for it' : 'no rule leaves it out';
  return { path, indexed: true, ...(judged.asked ? { asked: true } : {}), sentence: `\`${path}\` is indexed: ${because}.` };
}

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { LONGEST_SIMILAR, type SearchRequest } from '../protocol/search.ts';
import { UsageError } from './usage.ts';

type SimilarTo = NonNullable<SearchRequest['similarTo']>;

/** Lines that are taken where only the first one is named. */
const DEFAULT_LINES = 20;

/** A place as the results name it: `src/a.ts:10-42`, or `src/a.ts:10`. */
export function parsePlace(text: string): { readonly path: string; readonly startLine: number; readonly endLine: number } {
  const [, path = '', start = '', end] = /^(.+?):(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
  const startLine = Number(start);
  const endLine = end === undefined ? startLine + DEFAULT_LINES - 1 : Number(end);
  if (path === '' || startLine < 1 || endLine < startLine)
    throw new UsageError(`"${text}" is no place: it must look like src/file.ts:10-42.`);
  return { path, startLine, endLine };
}

/** The code at a place of the folder, as what similar code is looked for. The place must be inside the folder, links followed. */
export function codeAt(folder: string, place: string): SimilarTo {
  const { path, startLine, endLine } = parsePlace(place);
  const root = realPathOf(folder);
  if (root === undefined) throw new UsageError(`There is no folder ${folder}.`);
  const file = realPathOf(resolve(root, path));
  const inside = file === undefined ? '' : relative(root, file);
  if (file === undefined || inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new UsageError(`There is no file ${path} in ${folder}.`);
  }
  const lines = textOf(file, path).replace(/\n$/, '').split('\n');
  if (startLine > lines.length)
    throw new UsageError(`${path} has ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}, so there is no line ${startLine}.`);
  const end = Math.min(endLine, lines.length);
  const text = lines
    .slice(startLine - 1, end)
    .join('\n')
    .slice(0, LONGEST_SIMILAR);
  if (text.trim() === '') throw new UsageError(`${path}:${startLine}-${end} holds no code.`);
  return { folder, path: inside.split(sep).join('/'), startLine, endLine: end, text };
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The largest that the settings let into an index. */
const LARGEST = 100_000_000;

function textOf(file: string, path: string): string {
  try {
    const stats = statSync(file);
    // A pipe would be waited for without end.
    if (stats.isFile() && stats.size <= LARGEST) return readFileSync(file, 'utf8');
  } catch {
    // Whatever the reason, there is no text.
  }
  throw new UsageError(`${path} cannot be read as a file.`);
}

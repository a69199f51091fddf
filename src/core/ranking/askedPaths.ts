import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import type { Ordered } from './diversity.ts';
import { folderOf } from './paths.ts';
import { valuesOf } from './values.ts';

/** Tells which files the question asks for, when it is the path or the end of the path of a file and nothing else. */
function filesAskedFor({ kind, text }: RankContext['question']): ((path: string) => boolean) | undefined {
  if (kind !== 'path') return undefined;
  const asked = text
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .toLowerCase();
  return (path) => `/${path.toLowerCase()}`.endsWith(`/${asked}`);
}

/** When the whole question is a path, lifts the files that it is the path or the end of the path of. */
export function liftAskedPath(context: RankContext, board: Board): void {
  const isAsked = filesAskedFor(context.question);
  if (isAsked === undefined) return;
  const values = valuesOf(context.paths, (path) => (isAsked(path) ? context.constants.askedPath : 0));
  contribute(board, { signal: 'asked-path', effect: 'score', of: 'file', values, detail: () => 'is the path asked for' });
}

/**
 * When the whole question is a path, the chunks of a file that it names come in the file's order: nothing was said of what is looked for in it.
 * They share the rows and scores that they had, so that several files of one name stay mixed as they were. `moved` receives what each gained.
 */
export function inFileOrder(context: RankContext, rows: readonly Ordered[], moved: Map<number, number>): readonly Ordered[] {
  const isAsked = filesAskedFor(context.question);
  if (isAsked === undefined) return rows;
  const { candidates, fileOf, paths } = context;
  const chunks = new Map<number, Ordered[]>();
  for (const row of rows) {
    const file = fileOf[row.candidate] as number;
    const before = chunks.get(file);
    if (before !== undefined) before.push(row);
    else if (isAsked(paths[file] as string)) chunks.set(file, [row]);
  }
  const startOf = ({ candidate }: Ordered): number => candidates[candidate]?.startLine ?? 0;
  for (const own of chunks.values()) own.sort((one, other) => startOf(one) - startOf(other));
  return rows.map((row) => {
    const next = chunks.get(fileOf[row.candidate] as number)?.shift();
    if (next === undefined) return row;
    if (next.score !== row.score) moved.set(next.candidate, row.score - next.score);
    return { candidate: next.candidate, score: row.score };
  });
}

/** Lifts the chunks that hold the places of a stack trace, the place where it went wrong most. */
export function liftAskedPlaces(context: RankContext, board: Board): void {
  const { places = [] } = context.input;
  if (places.length === 0) return;
  const { askedPlace, furtherPlace } = context.constants;
  const values = valuesOf(context.candidates, ({ path, startLine, endLine }) => {
    const found = places.findIndex((place) => place.path === path && place.line >= startLine && place.line <= endLine);
    return found < 0 ? 0 : askedPlace * furtherPlace ** found;
  });
  contribute(board, { signal: 'asked-place', effect: 'score', of: 'chunk', values, detail: () => 'holds a place that the question names' });
}

/** A small advantage for the files that a person works at, and half of it for what lies beside them. Without `near` nothing happens. */
export function preferNear(context: RankContext, board: Board): void {
  const { near } = context.input;
  if (near === undefined || near.length === 0) return;
  const files = new Set(near);
  const folders = new Set(near.map(folderOf));
  const { nearFile } = context.constants;
  const values = valuesOf(context.paths, (path) => (files.has(path) ? nearFile : folders.has(folderOf(path)) ? nearFile / 2 : 0));
  const detail = (file: number) => (files.has(context.paths[file] as string) ? 'a file being worked at' : 'beside a file being worked at');
  contribute(board, { signal: 'near', effect: 'score', of: 'file', values, detail });
}

/** A very small advantage for files that were committed lately: what is being worked on is asked for, and what is new is in use. */
export function preferRecent(context: RankContext, board: Board): void {
  const { recent = [] } = context.input;
  // Where most files are recent that says nothing of any of them.
  if (recent.length === 0 || recent.length > context.input.statistics.files / 2) return;
  const places = new Map(recent.map((path, place) => [path, place]));
  const values = valuesOf(context.paths, (path) => {
    const place = places.get(path);
    return place === undefined ? 0 : context.constants.recentFile * (1 - place / recent.length);
  });
  contribute(board, { signal: 'recency', effect: 'score', of: 'file', values, detail: () => 'was committed lately' });
}

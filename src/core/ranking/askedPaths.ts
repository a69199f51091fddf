import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { folderOf } from './paths.ts';
import { valuesOf } from './values.ts';

/** When the whole question is a path, lifts the files that it is the path or the end of the path of. */
export function liftAskedPath(context: RankContext, board: Board): void {
  const { kind, text } = context.question;
  if (kind !== 'path') return;
  const asked = text
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .toLowerCase();
  const values = valuesOf(context.paths, (path) => {
    const lower = path.toLowerCase();
    return lower === asked || lower.endsWith(`/${asked}`) ? context.constants.askedPath : 0;
  });
  contribute(board, { signal: 'asked-path', effect: 'score', of: 'file', values, detail: () => 'is the path asked for' });
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

import { markRanges } from './marks.ts';

/** Most lines that a row shows. */
const MOST_LINES = 8;
/** Lines shown above and below the best one when nothing speaks for more. */
const ABOVE = 2;
const BELOW = 2;
/** Longer lines are cut: one line of minified code must not cost the whole list. */
const LONGEST_LINE = 240;

/** What a snippet is chosen from: a hit has all of it. */
export interface SnippetSource {
  readonly text: string;
  readonly startLine: number;
  readonly bestLine: number;
  readonly matched: readonly string[];
}

export interface SnippetLine {
  /** From 1, in the file. */
  readonly number: number;
  /** Index of the line in the chunk's text. */
  readonly index: number;
  /** Columns cut off at the left: the indentation that all shown lines share, or what stands before the match of a very long line. */
  readonly from: number;
  readonly to: number;
  readonly best: boolean;
}

/** Chooses 3 to 8 lines around the best one; a chunk of at most 8 lines is shown whole. Blank lines at the edges are left out. */
export function chooseSnippet(source: SnippetSource): readonly SnippetLine[] {
  const lines = source.text.split('\n');
  const best = clamp(source.bestLine - source.startLine, 0, lines.length - 1);
  const [start, end] = trimBlank(lines, ...windowAround(lines, best, source.matched), best);
  const shown = lines.slice(start, end + 1);
  const indent = sharedIndent(shown);
  return shown.map((line, offset) => {
    const from = cutLeft(line, indent, source.matched);
    return {
      number: source.startLine + start + offset,
      index: start + offset,
      from,
      to: Math.min(line.length, from + LONGEST_LINE),
      best: start + offset === best,
    };
  });
}

/** Grows from the best line: two lines on each side, then line by line to the side where a matched word comes next. */
function windowAround(lines: readonly string[], best: number, matched: readonly string[]): readonly [number, number] {
  const last = lines.length - 1;
  if (lines.length <= MOST_LINES) return [0, last];
  let start = Math.max(0, best - ABOVE);
  let end = Math.min(last, best + BELOW);
  const hits = (index: number): boolean => markRanges((lines[index] ?? '').slice(0, 2000), matched).length > 0;
  while (end - start + 1 < MOST_LINES) {
    const room = MOST_LINES - (end - start + 1);
    const below = nextHit(end + 1, 1, Math.min(room, last - end), hits);
    const above = nextHit(start - 1, -1, Math.min(room, start), hits);
    if (below === null && above === null) break;
    if (below !== null && (above === null || below - end <= start - above)) end = below;
    else if (above !== null) start = above;
  }
  // At the end of a chunk there is room on one side only.
  while (end - start + 1 < ABOVE + BELOW + 1 && (start > 0 || end < last)) {
    if (end < last) end += 1;
    else start -= 1;
  }
  return [start, end];
}

function nextHit(from: number, step: 1 | -1, room: number, hits: (index: number) => boolean): number | null {
  for (let taken = 0; taken < room; taken += 1) {
    const index = from + step * taken;
    if (hits(index)) return index;
  }
  return null;
}

function trimBlank(lines: readonly string[], start: number, end: number, best: number): readonly [number, number] {
  let first = start;
  let last = end;
  while (first < best && (lines[first] ?? '').trim() === '') first += 1;
  while (last > best && (lines[last] ?? '').trim() === '') last -= 1;
  return [first, last];
}

function sharedIndent(lines: readonly string[]): number {
  const filled = lines.filter((line) => line.trim() !== '');
  const [first] = filled;
  if (first === undefined) return 0;
  const indent = /^[ \t]*/u.exec(first)?.[0] ?? '';
  for (let length = indent.length; length > 0; length -= 1) {
    const prefix = indent.slice(0, length);
    if (filled.every((line) => line.startsWith(prefix))) return length;
  }
  return 0;
}

/** A match far to the right of a long line is brought into view. */
function cutLeft(line: string, indent: number, matched: readonly string[]): number {
  const from = Math.min(indent, line.length);
  if (line.length - from <= LONGEST_LINE) return from;
  const [first] = markRanges(line.slice(0, 20_000), matched);
  if (first === undefined || first.end <= from + LONGEST_LINE) return from;
  return Math.max(from, first.start - 40);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

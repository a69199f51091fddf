import type { Chunk, ChunkKind } from '../core/chunk.ts';
import type { NamedRow } from './definitions/rules.ts';
import { isBlank, type Rows, trimRows } from './lines.ts';
import { type Definition, LONG_DEFINITION, type Outline } from './outline.ts';
import { type Cut, PART_WINDOW, REST_WINDOW, type WindowSize, windowsOf } from './windows.ts';

/** Rows that become one chunk; `end` grows when closing brackets below are joined to it. */
interface Piece {
  readonly symbol: string;
  readonly kind: ChunkKind;
  readonly start: number;
  end: number;
  readonly part: number;
  readonly doc: string;
  readonly names: readonly string[];
}

/** A chunk may grow by closing brackets below it up to this many lines. */
const MAX_WITH_BRACKETS = 140;

/** The head of a module with fewer lines than this is no definition worth finding. */
const BARE_HEADER = 2;

/** A line that closes what stands above it and says nothing itself: brackets, `end`, `#endif`, `</div>`, and a comment behind them. */
const CLOSING =
  /^[^\p{L}\p{N}]*$|^\s*[})\]]+[;,)]*\s*(\/\/.*|\/\*.*\*\/\s*|--.*)?$|^\s*(end|fi|done|esac|#endif)\b[^\p{L}\p{N}]*(\/\*.*|\/\/.*)?$|^\s*<\/[\w.:-]+>\s*$/u;

function textOf(lines: readonly string[], { start, end }: Rows): string {
  return lines.slice(start, end + 1).join('\n');
}

/** The first place in a sorted list whose row is at least `row`. */
function firstFrom(mentions: readonly NamedRow[], row: number): number {
  let low = 0;
  let high = mentions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((mentions[middle]?.row ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The names on the rows, each once; both lists are sorted by row. */
function namesWithin(own: readonly NamedRow[], mentions: readonly NamedRow[], { start, end }: Rows): readonly string[] {
  const inside = [own, mentions].flatMap((names) => names.slice(firstFrom(names, start), firstFrom(names, end + 1)));
  return [...new Set(inside.map(({ name }) => name))];
}

/** Adds a definition's own rows, split into parts when they are too many for one chunk. */
function addParts(pieces: Piece[], lines: readonly string[], rows: Rows, definition: Definition, mentions: readonly NamedRow[]): void {
  const isSection = definition.kind === 'section';
  const isLong = rows.end - rows.start + 1 > (isSection ? REST_WINDOW.max : LONG_DEFINITION);
  const windows = isLong ? windowsOf(lines, rows, isSection ? REST_WINDOW : PART_WINDOW, definition.cuts) : [rows];
  const names = definition.names.toSorted((a, b) => a.row - b.row);
  for (const [part, window] of windows.entries()) {
    const { symbol, kind } = definition;
    pieces.push({
      symbol,
      kind,
      ...window,
      part,
      doc: part === 0 ? definition.doc : '',
      names: namesWithin(names, mentions, window),
    });
  }
}

/** The rows of each definition, in order and without overlap; the row after the last one taken is `free`. */
function addDefinitions(pieces: Piece[], lines: readonly string[], outline: Outline, enclosing: string[]): void {
  const stack = outline.definitions.toReversed();
  let free = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const rows = trimRows(lines, { start: Math.max(next.start, free), end: next.end });
    if (rows === undefined) continue;
    const first = next.members[0];
    if (first === undefined) {
      addParts(pieces, lines, rows, next, outline.mentions);
      free = rows.end + 1;
      continue;
    }
    enclosing.fill(next.symbol, rows.start, rows.end + 1);
    const header = { start: rows.start, end: Math.min(rows.end, Math.max(rows.start, first.start - 1)) };
    while (header.end > header.start && isBlank(lines, header.end)) header.end -= 1;
    // `module Web` alone on a line opens what follows and says nothing of its own.
    if (next.kind !== 'module' || next.doc !== '' || header.end - header.start >= BARE_HEADER)
      addParts(pieces, lines, header, next, outline.mentions);
    free = header.end + 1;
    for (const member of next.members.toReversed()) stack.push(member);
  }
}

/** Adds the rows between definitions: closing brackets to the chunk above, everything else as chunks of its own. */
function addRest(pieces: readonly Piece[], lines: readonly string[], outline: Outline, enclosing: readonly string[]): readonly Piece[] {
  const all: Piece[] = [];
  let row = 0;
  const fillTo = (end: number): void => {
    while (row < end) {
      const symbol = enclosing[row] ?? '';
      const start = row;
      while (row < end && (enclosing[row] ?? '') === symbol) row += 1;
      addRun(all, lines, { start, end: row - 1 }, symbol, outline);
    }
  };
  for (const piece of pieces) {
    fillTo(piece.start);
    all.push(piece);
    row = piece.end + 1;
  }
  fillTo(lines.length);
  return all;
}

function addRun(all: Piece[], lines: readonly string[], run: Rows, symbol: string, outline: Outline): void {
  let last = run.end;
  while (last >= run.start && isBlank(lines, last)) last -= 1;
  if (last < run.start) return;
  const previous = all.at(-1);
  if (
    previous !== undefined &&
    last - previous.start < MAX_WITH_BRACKETS &&
    lines.slice(run.start, last + 1).every((line) => CLOSING.test(line))
  ) {
    previous.end = last;
    return;
  }
  for (const piece of restPieces(lines, { start: run.start, end: last }, symbol, outline.cuts, outline.mentions)) all.push(piece);
}

function restPieces(
  lines: readonly string[],
  rows: Rows,
  symbol: string,
  cuts: readonly Cut[],
  mentions: readonly NamedRow[],
): readonly Piece[] {
  return windowsOf(lines, rows, REST_WINDOW, cuts).map((window) => ({
    symbol,
    kind: 'rest',
    ...window,
    part: 0,
    doc: '',
    names: namesWithin([], mentions, window),
  }));
}

function toChunk(lines: readonly string[], piece: Piece): Chunk {
  const { symbol, kind, start, end, part, doc, names } = piece;
  return { symbol, kind, startLine: start + 1, endLine: end + 1, part, doc, names, text: textOf(lines, piece) };
}

/** The chunks of a file: its definitions, and everything between them, each non-blank line in exactly one, in order. */
export function layOut(lines: readonly string[], outline: Outline): readonly Chunk[] {
  const enclosing = new Array<string>(lines.length).fill('');
  const pieces: Piece[] = [];
  addDefinitions(pieces, lines, outline, enclosing);
  return addRest(pieces, lines, outline, enclosing).map((piece) => toChunk(lines, piece));
}

/** A text without structure as windows that end at blank lines where they can. */
export function windowChunks(lines: readonly string[], size: WindowSize = REST_WINDOW): readonly Chunk[] {
  return windowsOf(lines, { start: 0, end: lines.length - 1 }, size).map((window) =>
    toChunk(lines, { symbol: '', kind: 'rest', ...window, part: 0, doc: '', names: [] }),
  );
}

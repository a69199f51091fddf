/**
 * The lines of a text as an editor counts them: `\r\n`, `\n` and a lone `\r` each end one, and a byte order mark belongs to none.
 * A text that ends with a line break has an empty last line.
 */
export function linesOf(text: string): readonly string[] {
  const withoutMark = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return withoutMark.includes('\r') ? withoutMark.split(/\r\n?|\n/) : withoutMark.split('\n');
}

/** True when the row holds nothing but white space, or lies outside the file. */
export function isBlank(lines: readonly string[], row: number): boolean {
  const line = lines[row];
  return line === undefined || line.trim() === '';
}

/** Width of the white space before the first character, a tab counting as four. */
export function indentOf(line: string): number {
  let width = 0;
  for (const character of line) {
    if (character === ' ') width += 1;
    else if (character === '\t') width += 4;
    else return width;
  }
  return width;
}

/** Rows from `start` to `end`, inclusive, counted from 0. */
export interface Rows {
  readonly start: number;
  readonly end: number;
}

/** The rows without blank ones at either end; undefined when all are blank. */
export function trimRows(lines: readonly string[], { start, end }: Rows): Rows | undefined {
  let first = start;
  let last = end;
  while (first <= last && isBlank(lines, first)) first += 1;
  while (last >= first && isBlank(lines, last)) last -= 1;
  return first <= last ? { start: first, end: last } : undefined;
}

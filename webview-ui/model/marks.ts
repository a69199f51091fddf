/** A stretch of a line, from 0, the end not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where matched words stand in a line: whole words or whole parts of an identifier, sorted, without overlap. */
export function markRanges(line: string, words: readonly string[]): readonly Range[] {
  const found: Range[] = [];
  for (const word of words) {
    if (word === '') continue;
    for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
      const end = at + word.length;
      if (startsPart(line, at) && endsPart(line, end)) found.push({ start: at, end });
    }
  }
  return joinRanges(found);
}

function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end);
  const joined: Range[] = [];
  for (const range of sorted) {
    const last = joined.at(-1);
    if (last === undefined || range.start >= last.end) joined.push(range);
    else if (range.end > last.end) joined[joined.length - 1] = { start: last.start, end: range.end };
  }
  return joined;
}

const LOWER = /\p{Ll}|\p{Lo}/u;
const UPPER = /\p{Lu}/u;
const LETTER = /\p{L}/u;

/** A part starts after anything that is no letter, and at a capital (`retryUpload`, `HTTPServer`). */
function startsPart(line: string, at: number): boolean {
  const before = line.charAt(at - 1);
  const first = line.charAt(at);
  if (at === 0 || !LETTER.test(before) || !LETTER.test(first)) return true;
  if (!UPPER.test(first)) return false;
  return LOWER.test(before) || LOWER.test(line.charAt(at + 1));
}

/** A part ends before anything that is no letter, and before a capital. A plural `s` still belongs to the word. */
function endsPart(line: string, end: number): boolean {
  const last = line.charAt(end - 1);
  const after = line.charAt(end);
  if (after === '' || !LETTER.test(last) || !LETTER.test(after)) return true;
  if (UPPER.test(after)) return LOWER.test(last) || LOWER.test(line.charAt(end + 1));
  return after === 's' && !LETTER.test(line.charAt(end + 1));
}

/** Longer runs are data (hashes, base64, minified code), not names. */
export const LONGEST_RUN = 64;
/** Numbers of more digits than this are told apart by nobody: they all become `0`. */
const LONGEST_NUMBER = 4;

const UNDERSCORE = 95;
const SMALL_S = 115;

/** Every character outside ASCII counts as a small letter, so that words of other scripts stay whole. */
function isLower(code: number): boolean {
  return (code >= 97 && code <= 122) || code >= 128;
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isPartCharacter(code: number): boolean {
  return isLower(code) || isUpper(code) || isDigit(code);
}

function isWordCharacter(code: number): boolean {
  return isPartCharacter(code) || code === UNDERSCORE;
}

/** Where the next run of word characters begins at or after `from`; the length of the text when there is none. */
export function startOfRun(text: string, from: number): number {
  let start = from;
  while (start < text.length && !isWordCharacter(text.charCodeAt(start))) start += 1;
  return start;
}

/** The end of the run of word characters that begins at `start`. */
export function endOfRun(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isWordCharacter(text.charCodeAt(end))) end += 1;
  return end;
}

/** Where the next letter or digit stands at or after `from`; `limit` when there is none before it. */
export function startOfPart(text: string, from: number, limit: number): number {
  let start = from;
  while (start < limit && !isPartCharacter(text.charCodeAt(start))) start += 1;
  return start;
}

/**
 * The end of the word or number that begins at `start`, which must be a letter or a digit. This is how identifiers are split for the
 * embedder and for full-text search.
 */
export function endOfPart(text: string, start: number, limit: number): number {
  return isDigit(text.charCodeAt(start)) ? endOfDigits(text, start, limit) : endOfWord(text, start, limit);
}

function endOfDigits(text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function endOfLower(text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit && isLower(text.charCodeAt(end))) end += 1;
  return end;
}

/**
 * The end of the word that begins at `start` with a letter. `HTTPServer` parts into `HTTP` and `Server`, because the last capital
 * of a row begins the next word; `URLs` stays whole, because a single `s` after capitals is a plural.
 */
function endOfWord(text: string, start: number, limit: number): number {
  if (!isUpper(text.charCodeAt(start))) return endOfLower(text, start, limit);
  let end = start + 1;
  if (end >= limit || !isUpper(text.charCodeAt(end))) return endOfLower(text, end, limit);
  while (end < limit && isUpper(text.charCodeAt(end))) end += 1;
  if (end >= limit || !isLower(text.charCodeAt(end))) return end;
  const isPlural = text.charCodeAt(end) === SMALL_S && (end + 1 === limit || !isLower(text.charCodeAt(end + 1)));
  return isPlural ? end + 1 : end - 1;
}

/**
 * Gives the lower-case parts of every identifier, word and number of `text` to `emit`, in order, at most `maxTokens` of them.
 *
 * A run of letters, digits, `_` and characters outside ASCII is split at `_`, at changes of case, after acronyms and around
 * digits. Letters directly followed by digits also give the joined form before the number: `utf8` gives `utf`, `utf8`, `8`.
 *
 * The bundled embedder was trained on exactly these tokens. A change here needs a new training run.
 */
export function forEachSubtoken(text: string, maxTokens: number, emit: (token: string) => void): void {
  let emitted = 0;
  for (let position = startOfRun(text, 0); position < text.length && emitted < maxTokens; position = startOfRun(text, position)) {
    const end = endOfRun(text, position);
    if (end - position > LONGEST_RUN) {
      position = end;
      continue;
    }
    // The letters right before a number, or empty.
    let letters = '';
    while (position < end && emitted < maxTokens) {
      const code = text.charCodeAt(position);
      if (code === UNDERSCORE) {
        letters = '';
        position += 1;
        continue;
      }
      const partEnd = endOfPart(text, position, end);
      if (isDigit(code)) {
        const number = partEnd - position > LONGEST_NUMBER ? '0' : text.substring(position, partEnd);
        if (letters !== '') {
          emit(letters + number);
          emitted += 1;
        }
        if (emitted < maxTokens) {
          emit(number);
          emitted += 1;
        }
        letters = '';
        position = partEnd;
      } else {
        letters = text.substring(position, partEnd).toLowerCase();
        emit(letters);
        emitted += 1;
        position = partEnd;
      }
    }
    position = end;
  }
}

import { identifierParts, isStopWord, searchTokens, stem, wordsOf } from './identifiers.ts';

/** More marked words than this make a snippet harder to read, not easier. */
const MOST_WORDS = 50;

/** The parts of an identifier as they stand in it. */
function partsAsWritten(word: string): string[] {
  const lower = word.toLowerCase();
  let from = 0;
  return identifierParts(word).map((part) => {
    // A few letters change their length in lower case; then the part is taken as it is.
    const at = lower.length === word.length ? lower.indexOf(part, from) : -1;
    if (at < 0) return part;
    from = at + part.length;
    return word.slice(at, from);
  });
}

/**
 * The words of the question that stand in the text, as they stand there and each once, in order of first occurrence: the question
 * `retry uploads` finds `retry` and `Upload` in `retryUpload`. Words match by their stem; a whole compound is given whole.
 */
export function matchedWords(text: string, question: string): string[] {
  const asked = new Set(searchTokens(question));
  if (asked.size === 0) return [];
  const found = new Set<string>();
  for (const word of new Set(wordsOf(text))) {
    if (found.size >= MOST_WORDS) break;
    const tokens = searchTokens(word);
    if (!tokens.some((token) => asked.has(token))) continue;
    const whole = tokens[0]?.startsWith('=') === true && asked.has(tokens[0]);
    if (whole) found.add(word);
    else
      for (const part of partsAsWritten(word)) if (!isStopWord(part.toLowerCase()) && asked.has(stem(part.toLowerCase()))) found.add(part);
  }
  return [...found];
}

/**
 * The number (in the file, counted from `startLine`) of the line of `text` that holds most of the question's different words; the first
 * of equals, and the first line when none holds any.
 */
export function bestLine(text: string, startLine: number, question: string): number {
  const asked = new Set(searchTokens(question));
  let best = 0;
  let bestHits = 0;
  text.split('\n').forEach((line, index) => {
    const hits = new Set(searchTokens(line).filter((token) => asked.has(token))).size;
    if (hits > bestHits) {
      best = index;
      bestHits = hits;
    }
  });
  return startLine + best;
}

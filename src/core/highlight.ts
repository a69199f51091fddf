import { identifierParts, isStopWord, searchTokens, stem, wordsOf } from './identifiers.ts';

/** More marked words than this make a snippet harder to read, not easier. */
const MOST_WORDS = 50;

/** For a word, those of its search tokens that the question has too, in their order. */
export type SharedTokens = (word: string) => readonly string[];

/** Made once for all rows of an answer, because they say the same words again and again. */
export function tokensShared(question: string): SharedTokens {
  const asked = new Set(searchTokens(question));
  const known = new Map<string, readonly string[]>();
  return (word) => {
    let shared = known.get(word);
    if (shared === undefined) {
      shared = searchTokens(word).filter((token) => asked.has(token));
      known.set(word, shared);
    }
    return shared;
  };
}

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
export function matchedWords(text: string, shared: SharedTokens): string[] {
  const found = new Set<string>();
  for (const word of wordsOf(text)) {
    if (found.size >= MOST_WORDS) break;
    const tokens = shared(word);
    if (tokens.length === 0) continue;
    // The token of a whole compound stands before those of its parts.
    if (tokens[0]?.startsWith('=') === true) found.add(word);
    else
      for (const part of partsAsWritten(word))
        if (!isStopWord(part.toLowerCase()) && tokens.includes(stem(part.toLowerCase()))) found.add(part);
  }
  return [...found];
}

/**
 * The number (in the file, counted from `startLine`) of the line of `text` that holds most of the question's different words; the first
 * of equals, and the first line when none holds any.
 */
export function bestLine(text: string, startLine: number, shared: SharedTokens): number {
  let best = 0;
  let bestHits = 0;
  text.split('\n').forEach((line, index) => {
    const hits = new Set(wordsOf(line).flatMap(shared)).size;
    if (hits > bestHits) {
      best = index;
      bestHits = hits;
    }
  });
  return startLine + best;
}

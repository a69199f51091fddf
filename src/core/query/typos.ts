import { compoundToken, identifierParts, isStopWord, searchTokens, stem, wordsOf } from '../identifiers.ts';

/** Shorter words are too near to too many others. */
const FEWEST_LETTERS = 5;
/** From this length on two slips are forgiven, and not only one. */
const LONG_WORD = 9;
/** What may be left over behind the stem of a known word: an ending such as `ation`. */
const LONGEST_ENDING = 5;
/** A shorter one with a slip and an ending would be too near to too many others: `klingon` is not `king`. */
const SHORTEST_STEM = 6;

/** What the corpus knows of words: its search tokens, and in how many chunks one stands. */
export interface Vocabulary {
  words(): Iterable<string>;
  chunkFrequency(token: string): number;
}

export interface Correction {
  /** As typed. */
  readonly word: string;
  /** The stem of the nearest known word. */
  readonly meant: string;
}

const endingAfter = (known: string): number => (known.length < SHORTEST_STEM ? 0 : LONGEST_ENDING);

/**
 * Slips (a letter too many, missing, wrong, or two swapped) between `known` and the beginning of `word` that is nearest to it; what of
 * `word` is left behind that beginning is at most `LONGEST_ENDING` letters. More than `most` is infinite.
 */
function slips(known: string, word: string, most: number, rows: readonly [Uint8Array, Uint8Array, Uint8Array]): number {
  let [before, last, next] = rows;
  for (let at = 0; at <= word.length; at += 1) last[at] = at;
  for (let row = 1; row <= known.length; row += 1) {
    next[0] = row;
    let least = row;
    for (let at = 1; at <= word.length; at += 1) {
      const same = known[row - 1] === word[at - 1];
      let cost = Math.min((last[at - 1] as number) + (same ? 0 : 1), (last[at] as number) + 1, (next[at - 1] as number) + 1);
      const swapped = row > 1 && at > 1 && known[row - 1] === word[at - 2] && known[row - 2] === word[at - 1];
      if (swapped) cost = Math.min(cost, (before[at - 2] as number) + 1);
      next[at] = cost;
      least = Math.min(least, cost);
    }
    if (least > most) return Number.POSITIVE_INFINITY;
    [before, last, next] = [last, next, before];
  }
  let best = Number.POSITIVE_INFINITY;
  for (let at = Math.max(0, word.length - endingAfter(known)); at <= word.length; at += 1) best = Math.min(best, last[at] as number);
  return best > most ? Number.POSITIVE_INFINITY : best;
}

/** The known word nearest to an unknown one: fewest slips, then the longest, then the most frequent. The first letter is never wrong. */
function nearest(word: string, vocabulary: Vocabulary): string | null {
  const most = word.length < LONG_WORD ? 1 : 2;
  const first = word.charCodeAt(0);
  let found: string | null = null;
  let foundSlips = most + 1;
  const row = () => new Uint8Array(word.length + 1);
  const rows = [row(), row(), row()] as const;
  for (const known of vocabulary.words()) {
    if (known.charCodeAt(0) !== first || known.length < FEWEST_LETTERS - 1) continue;
    if (known.length > word.length + most || known.length < word.length - endingAfter(known)) continue;
    const count = slips(known, word, Math.min(most, foundSlips), rows);
    if (count > foundSlips || count === Number.POSITIVE_INFINITY) continue;
    const better =
      found === null ||
      count < foundSlips ||
      known.length > found.length ||
      (known.length === found.length && vocabulary.chunkFrequency(known) > vocabulary.chunkFrequency(found));
    if (!better) continue;
    found = known;
    foundSlips = count;
  }
  return found;
}

/**
 * For each word of the question that stands nowhere in the corpus, the known one that it is a slip away from. Known words are never touched,
 * and neither are `ordinary` words (in lower case): who asks for what is computed did not mean "compat".
 */
export function correctTypos(question: string, vocabulary: Vocabulary, ordinary?: () => ReadonlySet<string>): readonly Correction[] {
  const parts = new Set(wordsOf(question).flatMap(identifierParts));
  const corrections: Correction[] = [];
  for (const word of parts) {
    if (word.length < FEWEST_LETTERS || isStopWord(word) || !/^[a-z]+$/.test(word)) continue;
    const [token] = searchTokens(word);
    if (token === undefined || vocabulary.chunkFrequency(token) > 0 || ordinary?.().has(word) === true) continue;
    // `escapeid` is no slip where `escapeId` stands.
    if (vocabulary.chunkFrequency(compoundToken(word)) > 0) continue;
    const meant = nearest(stem(word), vocabulary) ?? nearest(word, vocabulary);
    if (meant !== null) corrections.push({ word, meant });
  }
  return corrections;
}

/** The question as it was meant: `retryUplaod` becomes `retryUpload`. */
export function asMeant(question: string, corrections: readonly Correction[]): string {
  return corrections.reduce(
    (text, { word, meant }) =>
      text.replace(new RegExp(word, 'gi'), (typed) => (/^\p{Lu}/u.test(typed) ? `${meant[0]?.toUpperCase()}${meant.slice(1)}` : meant)),
    question,
  );
}

/**
 * How the word that was meant is spelled in these texts: of the whole words with its stem, in lower case, the one nearest to what was typed;
 * null where none stands there.
 */
function spellingIn(texts: readonly string[], { word, meant }: Correction): string | null {
  const counts = new Map<string, number>();
  for (const part of texts.flatMap(wordsOf).flatMap(identifierParts))
    if (stem(part) === meant) counts.set(part, (counts.get(part) ?? 0) + 1);
  const [first] = counts.keys();
  return nearest(word, { words: () => counts.keys(), chunkFrequency: (part) => counts.get(part) ?? 0 }) ?? first ?? null;
}

/** What a person is told of a correction, with a word as it stands in one of the texts that were found. A stem is no word, and is not shown as one. */
export function noteOf(correction: Correction, texts: readonly string[]): string {
  const written = spellingIn(texts, correction);
  const instead = written === null ? 'a word like it was looked for' : `words like "${written}" were looked for`;
  return `"${correction.word}" stands nowhere here; ${instead}.`;
}

import type { CorpusStatistics } from './types.ts';
import { valuesOf } from './values.ts';

/** The terms of a question, ready to be counted in token texts without splitting these into strings. */
export interface TermTable {
  readonly words: readonly string[];
  /** Terms by the low seven bits of their first character code. */
  readonly buckets: readonly (readonly number[])[];
  /** Place of each term among those that are words; -1 for whole compounds (`=...`). */
  readonly places: Int32Array;
}

const EQUALS = 61;
const BUCKETS = 128;

/** `words` are distinct tokens. */
export function termTable(words: readonly string[]): TermTable {
  const buckets = Array.from({ length: BUCKETS }, (): number[] => []);
  words.forEach((word, term) => {
    buckets[word.charCodeAt(0) % BUCKETS]?.push(term);
  });
  let place = 0;
  const places = Int32Array.from(words, (word) => (word.startsWith('=') ? -1 : place++));
  return { words, buckets, places };
}

/** The term of this bucket that stands at `start..end`, or -1. */
function termAt(tokens: string, start: number, end: number, bucket: readonly number[], words: readonly string[]): number {
  for (const term of bucket) {
    const word = words[term] as string;
    if (word.length === end - start && tokens.startsWith(word, start)) return term;
  }
  return -1;
}

/** What stands in one token text. */
export interface TermCounts {
  /** Number of all tokens. */
  readonly length: number;
  /** Bit `i` is set when the question's words at places `i` and `i + 1` stand side by side in this order, for the first 32 pairs. */
  readonly neighbours: number;
}

/**
 * Adds to `counts`, from `offset` on, how often each term stands in `tokens` (joined with single spaces). Whole compounds (`=...`) stand
 * between words and are stepped over when neighbours are looked for. This loop over all characters of all candidates is a third of the time
 * of ranking.
 */
export function countTerms(tokens: string, table: TermTable, counts: Uint16Array, offset: number): TermCounts {
  const { words, buckets, places } = table;
  const size = tokens.length;
  let length = 0;
  let before = -1;
  let neighbours = 0;
  let start = 0;
  while (start < size) {
    const first = tokens.charCodeAt(start);
    // The engine's own search for a character is more than twice as fast as a loop here.
    const space = tokens.indexOf(' ', start);
    const end = space < 0 ? size : space;
    const bucket = buckets[first % BUCKETS] as readonly number[];
    const term = bucket.length === 0 ? -1 : termAt(tokens, start, end, bucket, words);
    if (term >= 0) counts[offset + term] = (counts[offset + term] as number) + 1;
    if (first !== EQUALS) {
      const place = term < 0 ? -1 : (places[term] as number);
      if (before >= 0 && place === before + 1 && before < 32) neighbours |= 1 << before;
      before = place;
    }
    length += 1;
    start = end + 1;
  }
  return { length, neighbours };
}

/** BM25's weight of each word: 0 for one that stands nowhere. */
export function termWeights(words: readonly string[], statistics: CorpusStatistics): Float32Array {
  return valuesOf(words, (word) => {
    const frequency = statistics.chunkFrequency(word);
    return frequency > 0 ? Math.log(1 + Math.max(0, statistics.chunks - frequency + 0.5) / (frequency + 0.5)) : 0;
  });
}

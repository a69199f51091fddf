/** The row of the pair that two rows of words make when the one directly follows the other in a text, or -1. */
export type PairRow = (before: number, row: number) => number;

/** A pair's key holds two rows of words in 32 bits; words stand before all pairs in the vocabulary. */
const MOST_WORDS = 65_536;
/** No key: the words of the greatest rows make no pair. */
const FREE = -1;

/**
 * Pairs of words that have a row of their own, because together they say something else: `file name`, `not found`, `key value`. In the vocabulary
 * they stand with a space between them. Looked up for nearly every word of a text, so kept in one flat array, each key beside its row: several
 * times as fast as a map of strings.
 */
export function pairRows(rowOf: ReadonlyMap<string, number>): PairRow {
  // Key and row of each pair. Taken in one walk through the vocabulary, for which the first question waits.
  const pairs: number[] = [];
  for (const [pair, pairRow] of rowOf) {
    const space = pair.indexOf(' ');
    if (space < 0) continue;
    const before = rowOf.get(pair.slice(0, space));
    const row = rowOf.get(pair.slice(space + 1));
    if (before === undefined || row === undefined || before >= MOST_WORDS || row >= MOST_WORDS) continue;
    pairs.push((before << 16) | row, pairRow);
  }
  // At least half of the places are free, so that a search ends soon.
  const bits = Math.ceil(Math.log2(pairs.length + 2));
  const shift = 32 - bits;
  const last = 2 ** (bits + 1) - 2;
  const table = new Int32Array(last + 2).fill(FREE);

  function place(key: number): number {
    let at = (Math.imul(key, 0x9e3779b1) >>> shift) << 1;
    while (table[at] !== key && table[at] !== FREE) at = (at + 2) & last;
    return at;
  }

  for (let index = 0; index < pairs.length; index += 2) {
    const key = pairs[index] as number;
    const at = place(key);
    table[at] = key;
    table[at + 1] = pairs[index + 1] as number;
  }

  return (before, row) => (before < 0 || before >= MOST_WORDS ? -1 : (table[place((before << 16) | row) + 1] as number));
}

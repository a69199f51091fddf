import { endOfRun, forEachSubtoken, LONGEST_RUN, startOfRun } from '../core/subtokens.ts';
import { type PairRow, pairRows } from './pairRows.ts';
import { readEmbedderFile } from './staticEmbedderFile.ts';
import { createRowSum, type RowSum } from './staticEmbedderRows.ts';

/** An embedding is the normalised sum of one learned row a token, and one a pair of neighbours that is known. */
export interface StaticEmbedder {
  readonly id: string;
  readonly dimension: number;
  /**
   * A vector of Euclidean length 1, or all zero for a text without any known word. It is written to `out` when that is given
   * (its length must be `dimension`), else to a new array.
   */
  embed(text: string, out?: Float32Array): Float32Array;
}

/** What comes after this many tokens of a text hardly moves its vector, but would make one huge chunk slow. */
const MAX_TOKENS = 1000;
/**
 * Identifiers whose rows are remembered, because code says the same names again and again and splitting them is half of the work;
 * emptied when full, so that memory stays bounded.
 */
const RUNS_KEPT = 50_000;
const SHORTEST_PIECE = 3;
const LONGEST_PIECE = 20;
/** A token has at most so many pieces, and each of them a row and that of its pair. */
const MOST_ROWS = MAX_TOKENS * 2 * LONGEST_PIECE;

/**
 * A text opens with what it is about: path and name, the signature, the first sentence; what comes late says less and less about it. Of
 * the words' rows the first 8 count four times, the next 8 three times, the next 16 twice, the next 32 once and all others half. Counted
 * in halves, so that counts are whole numbers. The model was trained with the same rule (`kernels.cpp`).
 */
const MOST_EMPHASIS = 8;
const EMPHASIS_ENDS = 64;

function emphasis(said: number): number {
  if (said >= EMPHASIS_ENDS) return 1;
  return said < 8 ? MOST_EMPHASIS : said < 16 ? 6 : said < 32 ? 4 : 2;
}

/** What a run of word characters comes to: how many tokens it has, the rows of all of them, and of each row's pair with the one before it (or -1). */
interface Run {
  readonly tokens: number;
  readonly rows: readonly number[];
  readonly pairs: readonly number[];
}

class TableEmbedder implements StaticEmbedder {
  readonly id: string;
  readonly dimension: number;
  readonly #rowSum: RowSum;
  readonly #scales: Float32Array;
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #pairRow: PairRow;
  readonly #runs = new Map<string, Run>();
  /** How often each row occurs in the text at hand, in halves; all zero between calls. */
  readonly #counts: Uint16Array;
  /** The distinct rows of the text at hand, in order of first occurrence, so that sums are the same everywhere. */
  readonly #seen = new Int32Array(MOST_ROWS);
  #seenCount = 0;
  /** A word said ten times matters more than one said once, but not ten times more. */
  readonly #damped = new Float32Array(MAX_TOKENS * LONGEST_PIECE + MOST_EMPHASIS * EMPHASIS_ENDS);
  readonly #weights = new Float64Array(MOST_ROWS);

  constructor(bytes: Uint8Array) {
    const file = readEmbedderFile(bytes);
    this.id = file.id;
    this.dimension = file.dimension;
    this.#rowSum = createRowSum(file.packedRows, file.words, file.dimension);
    this.#scales = file.scales;
    this.#rowOf = file.rowOf;
    this.#pairRow = pairRows(file.rowOf);
    this.#counts = new Uint16Array(file.scales.length);
    for (let count = 1; count < this.#damped.length; count += 1) this.#damped[count] = 1 + Math.log(count / 2);
  }

  embed(text: string, out: Float32Array = new Float32Array(this.dimension)): Float32Array {
    if (out.length !== this.dimension) throw new RangeError(`The output must hold ${this.dimension} numbers, not ${out.length}.`);
    this.#seenCount = 0;
    this.#countRows(text);
    this.#sumRows();
    this.#rowSum.normaliseInto(out);
    return out;
  }

  #countRows(text: string): void {
    let room = MAX_TOKENS;
    let end = 0;
    let said = 0;
    let before = -1;
    for (let start = startOfRun(text, 0); start < text.length && room > 0; start = startOfRun(text, end)) {
      end = endOfRun(text, start);
      if (end - start > LONGEST_RUN) continue;
      const word = text.substring(start, end);
      let run = this.#runs.get(word);
      if (run === undefined) {
        run = this.#read(word, MAX_TOKENS);
        if (this.#runs.size >= RUNS_KEPT) this.#runs.clear();
        this.#runs.set(word, run);
      }
      // The last run may have more tokens than there is room for.
      if (run.tokens > room) run = this.#read(word, room);
      for (let index = 0; index < run.rows.length; index += 1) {
        const row = run.rows[index] as number;
        const times = emphasis(said);
        const pair = index > 0 ? (run.pairs[index] as number) : this.#pairRow(before, row);
        this.#count(row, times);
        if (pair >= 0) this.#count(pair, times);
        before = row;
        said += 1;
      }
      room -= run.tokens;
    }
  }

  #read(word: string, maxTokens: number): Run {
    const rows: number[] = [];
    let tokens = 0;
    forEachSubtoken(word, maxTokens, (token) => {
      const row = this.#rowOf.get(token);
      if (row === undefined) rows.push(...this.#pieces(token));
      else rows.push(row);
      tokens += 1;
    });
    return { tokens, rows, pairs: rows.map((row, index) => (index > 0 ? this.#pairRow(rows[index - 1] as number, row) : -1)) };
  }

  #count(row: number, times: number): void {
    const count = this.#counts[row] as number;
    if (count === 0) {
      this.#seen[this.#seenCount] = row;
      this.#seenCount += 1;
    }
    this.#counts[row] = count + times;
  }

  /** An unknown word becomes the longest known pieces from its left end; what fits no piece is left out. */
  #pieces(token: string): readonly number[] {
    const pieces: number[] = [];
    let start = 0;
    while (start + SHORTEST_PIECE <= token.length) {
      let row: number | undefined;
      let length = Math.min(token.length - start, LONGEST_PIECE);
      for (; length >= SHORTEST_PIECE; length -= 1) {
        row = this.#rowOf.get(token.substring(start, start + length));
        if (row !== undefined) break;
      }
      if (row !== undefined) pieces.push(row);
      start += row === undefined ? 1 : length;
    }
    return pieces;
  }

  #sumRows(): void {
    for (let index = 0; index < this.#seenCount; index += 1) {
      const row = this.#seen[index] as number;
      this.#weights[index] = (this.#damped[this.#counts[row] as number] as number) * (this.#scales[row] as number);
      this.#counts[row] = 0;
    }
    this.#rowSum.reset();
    this.#rowSum.add(this.#seen, this.#weights, this.#seenCount);
  }
}

/** Reads the bundled model. Throws an `Error` that says what is wrong when the file is damaged or not for this version. */
export function loadStaticEmbedder(bytes: Uint8Array): StaticEmbedder {
  return new TableEmbedder(bytes);
}

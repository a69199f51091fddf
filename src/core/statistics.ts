import { pathWords } from './ranking/paths.ts';
import type { CorpusStatistics } from './ranking/types.ts';

/** Above this many distinct tokens those that stand in one chunk only are dropped: they weigh the same as unknown ones. */
const MOST_TOKENS = 300_000;
const FORMAT = 1;

/** A running mean of vectors. */
interface VectorSum {
  count: number;
  sum: Float64Array | null;
}

function addVector(into: VectorSum, vector: Float32Array | null, sign: 1 | -1): void {
  if (vector === null) return;
  if (into.sum === null || into.sum.length !== vector.length) {
    if (sign < 0) return;
    into.sum = new Float64Array(vector.length);
    into.count = 0;
  }
  const sum = into.sum;
  for (let column = 0; column < vector.length; column += 1) sum[column] = (sum[column] as number) + sign * (vector[column] as number);
  into.count += sign;
}

function meanOf(from: VectorSum): Float32Array | null {
  const { sum, count } = from;
  return sum === null || count <= 0 ? null : new Float32Array(sum.map((value) => value / count));
}

function addDistinct(frequencies: Map<string, number>, tokens: Iterable<string>, sign: 1 | -1): void {
  for (const token of new Set(tokens)) {
    if (token === '') continue;
    const count = (frequencies.get(token) ?? 0) + sign;
    if (count > 0) frequencies.set(token, count);
    else frequencies.delete(token);
  }
}

/** Counts what ranking needs to know of the whole corpus. Rows may be added and removed in any order; `current()` is cheap. */
export class StatisticsBuilder {
  #chunks = 0;
  #chunkTokens = 0;
  #files = 0;
  readonly #chunkFrequencies = new Map<string, number>();
  readonly #pathFrequencies = new Map<string, number>();
  readonly #chunkSum: VectorSum = { count: 0, sum: null };
  readonly #fileSum: VectorSum = { count: 0, sum: null };
  readonly #skeletonSum: VectorSum = { count: 0, sum: null };
  /** What an unknown token counts: 1 once single ones were dropped. */
  #unknownFrequency = 0;
  readonly #mostTokens: number;

  constructor(mostTokens: number = MOST_TOKENS) {
    this.#mostTokens = mostTokens;
  }

  /** `tokens` is the row's column: tokens joined with single spaces. */
  addChunk(tokens: string, vector: Float32Array | null): void {
    this.#chunk(tokens, vector, 1);
  }

  removeChunk(tokens: string, vector: Float32Array | null): void {
    this.#chunk(tokens, vector, -1);
  }

  addFile(path: string, vector: Float32Array | null, skeletonVector: Float32Array | null): void {
    this.#file(path, vector, skeletonVector, 1);
  }

  removeFile(path: string, vector: Float32Array | null, skeletonVector: Float32Array | null): void {
    this.#file(path, vector, skeletonVector, -1);
  }

  /** The statistics of this moment. The frequencies are read live, so that nothing is copied. */
  current(): CorpusStatistics {
    const chunkFrequencies = this.#chunkFrequencies;
    const pathFrequencies = this.#pathFrequencies;
    const unknown = this.#unknownFrequency;
    return {
      chunks: this.#chunks,
      files: this.#files,
      averageChunkTokens: this.#chunks > 0 ? this.#chunkTokens / this.#chunks : 0,
      words: () => chunkFrequencies.keys(),
      chunkFrequency: (token) => chunkFrequencies.get(token) ?? unknown,
      pathFrequency: (word) => pathFrequencies.get(word) ?? 0,
      chunkMean: meanOf(this.#chunkSum),
      fileMean: meanOf(this.#fileSum),
      skeletonMean: meanOf(this.#skeletonSum),
    };
  }

  /** Everything that `fromBytes` needs to go on counting. */
  toBytes(): Uint8Array {
    this.#dropSingles();
    const head = {
      format: FORMAT,
      chunks: this.#chunks,
      chunkTokens: this.#chunkTokens,
      files: this.#files,
      unknown: this.#unknownFrequency,
      sums: [this.#chunkSum, this.#fileSum, this.#skeletonSum].map(({ count, sum }) => ({ count, length: sum?.length ?? 0 })),
    };
    const texts = [
      JSON.stringify(head),
      ...[this.#chunkFrequencies, this.#pathFrequencies].flatMap((map) => [[...map.keys()].join(' '), [...map.values()].join(' ')]),
    ];
    const text = new TextEncoder().encode(texts.join('\n'));
    const sums = [this.#chunkSum, this.#fileSum, this.#skeletonSum].map(({ sum }) => sum ?? new Float64Array(0));
    const floats = sums.reduce((length, sum) => length + sum.byteLength, 0);
    const bytes = new Uint8Array(4 + floats + text.length);
    new DataView(bytes.buffer).setUint32(0, floats, true);
    let at = 4;
    for (const sum of sums) {
      bytes.set(new Uint8Array(sum.buffer, sum.byteOffset, sum.byteLength), at);
      at += sum.byteLength;
    }
    bytes.set(text, at);
    return bytes;
  }

  /** Null when the bytes are damaged or from another version: then the statistics are counted anew from the store. */
  static fromBytes(bytes: Uint8Array): StatisticsBuilder | null {
    try {
      const builder = new StatisticsBuilder();
      builder.#read(bytes);
      return builder;
    } catch {
      // Statistics are a cache: whatever is wrong with them, counting again repairs it.
      return null;
    }
  }

  #read(bytes: Uint8Array): void {
    const floats = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const [head = '', ...maps] = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4 + floats)).split('\n');
    const parsed = JSON.parse(head);
    if (parsed.format !== FORMAT || maps.length !== 4) throw new RangeError('Another format of statistics.');
    this.#chunks = Number(parsed.chunks);
    this.#chunkTokens = Number(parsed.chunkTokens);
    this.#files = Number(parsed.files);
    this.#unknownFrequency = Number(parsed.unknown);
    [this.#chunkFrequencies, this.#pathFrequencies].forEach((map, index) => {
      const tokens = (maps[2 * index] ?? '').split(' ');
      const counts = (maps[2 * index + 1] ?? '').split(' ');
      if (tokens.length !== counts.length) throw new RangeError('Damaged statistics.');
      tokens.forEach((token, position) => {
        if (token !== '') map.set(token, Number(counts[position]));
      });
    });
    let at = 4;
    [this.#chunkSum, this.#fileSum, this.#skeletonSum].forEach((target, index) => {
      const { count, length } = parsed.sums[index];
      if (at + 8 * length > 4 + floats) throw new RangeError('Damaged statistics.');
      // Copied, because the bytes may not stand at a multiple of eight, nor own their buffer (a file that was read does not).
      const own = new Uint8Array(8 * length);
      own.set(bytes.subarray(at, at + 8 * length));
      target.sum = length > 0 ? new Float64Array(own.buffer) : null;
      target.count = Number(count);
      at += 8 * length;
    });
  }

  #chunk(tokens: string, vector: Float32Array | null, sign: 1 | -1): void {
    const list = tokens.split(' ');
    this.#chunks += sign;
    this.#chunkTokens += sign * list.length;
    addDistinct(this.#chunkFrequencies, list, sign);
    addVector(this.#chunkSum, vector, sign);
    if (this.#chunkFrequencies.size > 2 * this.#mostTokens) this.#dropSingles();
  }

  #file(path: string, vector: Float32Array | null, skeletonVector: Float32Array | null, sign: 1 | -1): void {
    const words = pathWords(path);
    this.#files += sign;
    addDistinct(this.#pathFrequencies, [...words.stem, ...words.folder], sign);
    addVector(this.#fileSum, vector, sign);
    addVector(this.#skeletonSum, skeletonVector, sign);
  }

  #dropSingles(): void {
    if (this.#chunkFrequencies.size <= this.#mostTokens) return;
    for (const [token, count] of this.#chunkFrequencies) if (count === 1) this.#chunkFrequencies.delete(token);
    this.#unknownFrequency = 1;
  }
}

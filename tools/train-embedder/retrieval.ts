/** BM25 over bags of tokens, with the parameters of the product. */
export class Keyword {
  readonly #postings = new Map<string, { rows: number[]; weights: number[] }>();
  readonly #count: number;

  constructor(documents: readonly (readonly string[])[], k1 = 1.2, b = 0.5) {
    this.#count = documents.length;
    const average = documents.reduce((sum, tokens) => sum + tokens.length, 0) / Math.max(1, documents.length);
    documents.forEach((tokens, row) => {
      const counts = new Map<string, number>();
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
      for (const [token, count] of counts) {
        let posting = this.#postings.get(token);
        if (posting === undefined) {
          posting = { rows: [], weights: [] };
          this.#postings.set(token, posting);
        }
        posting.rows.push(row);
        posting.weights.push((count * (k1 + 1)) / (count + k1 * (1 - b + (b * tokens.length) / average)));
      }
    });
    for (const posting of this.#postings.values()) {
      const idf = Math.log(1 + (this.#count - posting.rows.length + 0.5) / (posting.rows.length + 0.5));
      posting.weights = posting.weights.map((weight) => weight * idf);
    }
  }

  scores(question: readonly string[]): Float64Array {
    const scores = new Float64Array(this.#count);
    for (const token of new Set(question)) {
      const posting = this.#postings.get(token);
      posting?.rows.forEach((row, index) => {
        scores[row] = (scores[row] as number) + (posting.weights[index] as number);
      });
    }
    return scores;
  }
}

export function normalisedKeyword(scores: Float64Array): Float64Array {
  const best = scores.reduce((left, right) => Math.max(left, right), 0);
  return best > 0 ? scores.map((score) => score / best) : scores;
}

/** Cosines brought to 0 (the average row or farther) .. 1 (the nearest row). */
export function normalisedDense(question: Float32Array, rows: readonly Float32Array[]): Float64Array {
  const cosines = new Float64Array(rows.length);
  rows.forEach((row, index) => {
    let sum = 0;
    for (let column = 0; column < row.length; column += 1) sum += (question[column] as number) * (row[column] as number);
    cosines[index] = sum;
  });
  const average = mean([...cosines]);
  const best = cosines.reduce((left, right) => Math.max(left, right), average);
  return cosines.map((cosine) => (best > average ? Math.max(0, (cosine - average) / (best - average)) : 0));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The 95 % interval of the mean difference of paired values. The generator is fixed, so that a run can be repeated. */
export function bootstrap(values: readonly number[], base: readonly number[], rounds = 2000): { low: number; high: number } {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const differences = values.map((value, index) => value - (base[index] as number));
  const means: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let sum = 0;
    for (let index = 0; index < differences.length; index += 1) sum += differences[Math.floor(random() * differences.length)] as number;
    means.push(sum / differences.length);
  }
  means.sort((left, right) => left - right);
  return { low: means[Math.floor(rounds * 0.025)] as number, high: means[Math.floor(rounds * 0.975)] as number };
}

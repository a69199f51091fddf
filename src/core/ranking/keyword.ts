import type { RankContext } from './context.ts';

/** BM25's weight of a term that stands in `frequency` of `total` rows. */
export function inverseFrequency(frequency: number, total: number): number {
  return Math.log(1 + Math.max(0, total - frequency + 0.5) / (frequency + 0.5));
}

export function termWeights(context: RankContext): Float32Array {
  const { statistics } = context.input;
  return Float32Array.from(context.terms.words, (word) => {
    const frequency = statistics.chunkFrequency(word);
    return frequency > 0 ? inverseFrequency(frequency, statistics.chunks) : 0;
  });
}

/**
 * BM25 of every candidate, divided by the best. It is computed here and not taken from the store, whose length weight is fixed at .75:
 * in a column where path and symbol are repeated that punishes small definitions.
 */
export function keywordScores(context: RankContext): Float32Array {
  const { candidates, terms, termCounts, lengths } = context;
  const { k1, b } = context.constants.bm25;
  const weights = termWeights(context);
  const average = context.input.statistics.averageChunkTokens || 1;
  const scores = new Float32Array(candidates.length);
  for (let index = 0; index < candidates.length; index += 1) {
    const norm = k1 * (1 - b + (b * (lengths[index] as number)) / average);
    let score = 0;
    for (let term = 0; term < terms.words.length; term += 1) {
      const count = termCounts[index * terms.words.length + term] as number;
      if (count > 0) score += ((weights[term] as number) * count * (k1 + 1)) / (count + norm);
    }
    scores[index] = score;
  }
  return dividedByBest(scores);
}

/** BM25 as the store computed it, divided by the best. */
export function storedKeywordScores(context: RankContext): Float32Array {
  return dividedByBest(Float32Array.from(context.candidates, (candidate) => candidate.keywordScore));
}

export function dividedByBest(scores: Float32Array): Float32Array {
  let best = 0;
  for (const score of scores) best = Math.max(best, score);
  if (best > 0) for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] as number) / best;
  return scores;
}

/** The words of the question that stand in a candidate, as tokens. */
export function termsIn(context: RankContext, candidate: number): string[] {
  const { words } = context.terms;
  return words.filter((_, term) => (context.termCounts[candidate * words.length + term] as number) > 0);
}

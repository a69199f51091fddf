import { compoundToken, identifierParts, searchTokens } from '../identifiers.ts';
import type { RankContext } from './context.ts';
import { dividedByBest, valuesOf } from './values.ts';

/**
 * BM25 of every candidate, divided by the best. It is computed here and not taken from the store, whose length weight is fixed at .75:
 * in a column where path and symbol are repeated that punishes small definitions.
 */
export function keywordScores(context: RankContext): Float32Array {
  const { candidates, terms, termCounts, termWeights, lengths } = context;
  const { k1, b } = context.constants.bm25;
  const average = context.input.statistics.averageChunkTokens || 1;
  const scores = new Float32Array(candidates.length);
  for (let index = 0; index < candidates.length; index += 1) {
    const norm = k1 * (1 - b + (b * (lengths[index] as number)) / average);
    let score = 0;
    for (let term = 0; term < terms.words.length; term += 1) {
      const count = termCounts[index * terms.words.length + term] as number;
      if (count > 0) score += ((termWeights[term] as number) * count * (k1 + 1)) / (count + norm);
    }
    scores[index] = score;
  }
  return dividedByBest(scores);
}

/** BM25 as the store computed it, divided by the best. */
export function storedKeywordScores(context: RankContext): Float32Array {
  return dividedByBest(valuesOf(context.candidates, (candidate) => candidate.keywordScore));
}

/** For each token of a question the word that it was made of, as a person typed it. */
export function typedForms(words: readonly string[]): ReadonlyMap<string, string> {
  const typed = new Map<string, string>();
  for (const word of words) {
    for (const part of identifierParts(word)) for (const token of searchTokens(part)) if (!typed.has(token)) typed.set(token, part);
    typed.set(compoundToken(word), word);
  }
  return typed;
}

/** The words of the question that stand in a candidate, as `typed` says. */
export function termsIn(context: RankContext, candidate: number, typed: ReadonlyMap<string, string>): string[] {
  const { words } = context.terms;
  const found = words.filter((_, term) => (context.termCounts[candidate * words.length + term] as number) > 0);
  return [...new Set(found.map((token) => typed.get(token) ?? token))];
}

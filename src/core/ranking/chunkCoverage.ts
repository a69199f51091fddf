import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';

/**
 * The share of the question's words, rare ones counting more, that stand in the chunk itself. BM25 lets one word said often outweigh
 * a missing one; somebody who typed five words wants the place that has them all.
 */
export function coverWords(context: RankContext, board: Board): void {
  if (context.input.mode === 'semantic' || context.input.rows === 'file') return;
  const { terms, termCounts, constants, termWeights: weights } = context;
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  const values = new Float32Array(context.candidates.length);
  if (mass === 0) return;
  const size = terms.words.length;
  for (let index = 0; index < values.length; index += 1) {
    let covered = 0;
    for (let term = 0; term < size; term += 1) if ((termCounts[index * size + term] as number) > 0) covered += weights[term] as number;
    values[index] = (constants.chunkCoverage * covered) / mass;
  }
  const percent = (index: number) => Math.round(((values[index] as number) / constants.chunkCoverage) * 100);
  contribute(board, {
    signal: 'chunk-coverage',
    effect: 'score',
    of: 'chunk',
    values,
    detail: (index) => `holds ${percent(index)} % of the question's words`,
  });
}

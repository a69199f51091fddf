import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';

/** Words that stand side by side in the question and side by side, in the same order, in the chunk: a phrase says more than its words. */
export function matchWordPairs(context: RankContext, board: Board): void {
  if (context.input.mode === 'semantic') return;
  const { terms, neighbours, constants, termWeights: weights } = context;
  const plain = terms.words.map((word, term) => ({ word, weight: weights[term] as number })).filter(({ word }) => !word.startsWith('='));
  const pairs = plain.slice(1, 33).map(({ weight }, index) => Math.min(weight, plain[index]?.weight ?? 0));
  const mass = pairs.reduce((sum, weight) => sum + weight, 0);
  const values = new Float32Array(context.candidates.length);
  if (mass === 0) return;
  for (let index = 0; index < values.length; index += 1) {
    const found = neighbours[index] as number;
    if (found === 0) continue;
    let sum = 0;
    for (let pair = 0; pair < pairs.length; pair += 1) if ((found & (1 << pair)) !== 0) sum += pairs[pair] as number;
    values[index] = (constants.wordPairs * sum) / mass;
  }
  const phrases = (index: number) =>
    pairs
      .flatMap((_, pair) => ((neighbours[index] as number) & (1 << pair) ? [`${plain[pair]?.word} ${plain[pair + 1]?.word}`] : []))
      .join(', ');
  contribute(board, {
    signal: 'word-pairs',
    effect: 'score',
    of: 'chunk',
    values,
    detail: (index) => `words side by side: ${phrases(index)}`,
  });
}

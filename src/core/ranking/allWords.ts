import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';

/** Fewer words than this stand together by chance. */
const FEWEST_WORDS = 4;
/** Pairs of neighbours that are looked at (`TermCounts.neighbours`). */
const MOST_PAIRS = 32;

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

/**
 * A chunk that holds every word of the question that the project knows, most of them side by side as in the question, was all but quoted:
 * a doc comment that somebody remembers. It should not lose to a chunk that only means something like it.
 */
export function liftQuoted(context: RankContext, board: Board): void {
  const { input, terms, termCounts, neighbours, termWeights, constants } = context;
  const size = terms.words.length;
  const words = terms.words.filter((word) => !word.startsWith('=')).length;
  if (input.mode === 'semantic' || words < FEWEST_WORDS) return;
  const pairs = constants.allWordsPairs * Math.min(MOST_PAIRS, words - 1);
  const values = new Float32Array(context.candidates.length);
  for (let index = 0; index < values.length; index += 1) {
    if (countBits(neighbours[index] as number) < pairs) continue;
    let isWhole = true;
    for (let term = 0; term < size && isWhole; term += 1) isWhole = termWeights[term] === 0 || termCounts[index * size + term] !== 0;
    if (isWhole) values[index] = constants.allWords;
  }
  contribute(board, {
    signal: 'all-words',
    effect: 'score',
    of: 'chunk',
    values,
    detail: () => 'holds the whole question nearly word for word',
  });
}

import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { valuesOf } from './values.ts';

/** A name shares this many words with the question to count in full: one or two in common are often chance. */
const FULL_WORDS = 3;

/** The share of a symbol's own words that the question names; fewer than three shared words count less. */
export function matchSymbols(context: RankContext, board: Board): void {
  const values = new Float32Array(context.candidates.length);
  context.candidates.forEach(({ symbol }, index) => {
    const words = context.names.wordsOf(symbol);
    let hits = 0;
    for (const word of words) if (context.stems.has(word)) hits += 1;
    if (hits > 0) values[index] = context.constants.symbolMatch * (hits / words.length) * Math.min(1, hits / FULL_WORDS);
  });
  const detail = (index: number) => `the words of \`${context.candidates[index]?.symbol}\` stand in the question`;
  contribute(board, { signal: 'symbol-match', effect: 'score', of: 'chunk', values, detail });
}

/** What is left between definitions is seldom what is looked for. */
export function weighRest(context: RankContext, board: Board): void {
  const values = valuesOf(context.candidates, ({ kind }) => (kind === 'rest' ? context.constants.restFactor : 1));
  contribute(board, { signal: 'rest', effect: 'factor', of: 'chunk', values, detail: () => 'defines nothing' });
}

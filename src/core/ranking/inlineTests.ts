import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { ASKED_FOR } from './pathClasses.ts';

/** A module or namespace of tests around a symbol: `tests.tuple_responses`. */
const TEST_MODULE = /(?:^|[.:])tests?(?:[.:]|$)/;

/** Weakens tests that stand in the file that they test, in a module of their own, as is the custom in Rust. */
export function weighInlineTests(context: RankContext, board: Board): void {
  if (ASKED_FOR.test?.test(context.input.question) === true) return;
  const { test } = context.pathFactors;
  const values = Float32Array.from(context.candidates, ({ symbol }) => (TEST_MODULE.test(symbol) ? test : 1));
  contribute(board, { signal: 'inline-test', effect: 'factor', of: 'chunk', values, detail: () => 'a test beside the code' });
}

import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { ASKED_FOR } from './pathClasses.ts';
import type { Candidate } from './types.ts';
import { valuesOf } from './values.ts';

/** A module or namespace of tests around a symbol (`tests.tuple_responses`), or a block of Zig, which is called `test` and what it tests. */
const TEST_MODULE = /(?:^|[.:])tests?(?:[.: ]|$)/;
/** Rust's mark of a test outside such a module. */
const TEST_MARK = /^\s*#\[(?:\w+::)*test\b/m;
const MARK_WITHIN = 300;

function isTest({ symbol, language, text }: Candidate): boolean {
  return TEST_MODULE.test(symbol) || (language === 'rust' && TEST_MARK.test(text.slice(0, MARK_WITHIN)));
}

/** Weakens tests that stand in the file that they test, as is the custom in Rust and Zig. */
export function weighInlineTests(context: RankContext, board: Board): void {
  if (ASKED_FOR.test?.test(context.input.question) === true) return;
  const { test } = context.pathFactors;
  const values = valuesOf(context.candidates, (candidate) => (isTest(candidate) ? test : 1));
  contribute(board, { signal: 'inline-test', effect: 'factor', of: 'chunk', values, detail: () => 'a test beside the code' });
}

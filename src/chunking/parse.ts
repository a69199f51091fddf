import type { Parser, Range, Tree } from 'web-tree-sitter';

/** How a parse ended. */
export type ParseResult<T> =
  | { readonly state: 'parsed'; readonly value: T }
  | { readonly state: 'deadline' }
  | { readonly state: 'failed'; readonly reason: string };

/**
 * How much work a text is worth. The parser calls back every hundred operations, 100 to 200 bytes of code; counting that is the same on a
 * busy machine, so a file is always cut alike. The time is for texts on which single operations take for ever.
 */
export interface ParseBudget {
  readonly calls: number;
  readonly ms: number;
}

/** Parses, gives the tree to `read`, and frees it whatever happens. */
export function withTree<T>(
  parser: Parser,
  text: string,
  budget: ParseBudget,
  read: (tree: Tree) => T,
  includedRanges?: readonly Range[],
): ParseResult<T> {
  const deadline = performance.now() + budget.ms;
  let calls = 0;
  let tree: Tree | null = null;
  try {
    tree = parser.parse(text, null, {
      progressCallback: () => {
        calls += 1;
        return calls > budget.calls || performance.now() >= deadline;
      },
      ...(includedRanges === undefined ? {} : { includedRanges: [...includedRanges] }),
    });
    if (tree === null) return { state: 'deadline' };
    return { state: 'parsed', value: read(tree) };
  } catch (error) {
    // The parser is WebAssembly: it traps on what it cannot bear, and the file is then cut into windows.
    return { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    tree?.delete();
    // A parser that was stopped would go on with the old text at its next call.
    parser.reset();
  }
}

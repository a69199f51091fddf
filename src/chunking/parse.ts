import type { Parser, Range, Tree } from 'web-tree-sitter';

/** How a parse ended. */
export type ParseResult<T> =
  | { readonly state: 'parsed'; readonly value: T }
  | { readonly state: 'deadline' }
  | { readonly state: 'failed'; readonly reason: string };

/** Parses, gives the tree to `read`, and frees it whatever happens. `deadline` is a time of `performance.now()`. */
export function withTree<T>(
  parser: Parser,
  text: string,
  deadline: number,
  read: (tree: Tree) => T,
  includedRanges?: readonly Range[],
): ParseResult<T> {
  let tree: Tree | null = null;
  try {
    tree = parser.parse(text, null, {
      progressCallback: () => performance.now() >= deadline,
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

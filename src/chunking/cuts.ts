import type { Node } from 'web-tree-sitter';
import type { Cut } from './windows.ts';

/** A node shorter than this is never cut inside. */
const WHOLE_ROWS = 50;

/** The last row that a node stands on: one that ends with a line break ends on the row before. */
export function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

/** The rows inside a node before which it can be cut: where statements start, the comment above one counting as its start. */
export function cutsIn(root: Node, comments: ReadonlySet<string>): readonly Cut[] {
  const cuts: Cut[] = [];
  const stack: { readonly node: Node; readonly depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    let commentEnd = -2;
    for (const child of next.node.namedChildren) {
      const row = child.startPosition.row;
      if (row > commentEnd + 1) cuts.push({ row, depth: next.depth });
      const end = lastRow(child);
      commentEnd = comments.has(child.type) ? end : -2;
      if (end - row >= WHOLE_ROWS) stack.push({ node: child, depth: next.depth + 1 });
    }
  }
  return cuts;
}

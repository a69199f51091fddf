import type { Token } from './highlight.ts';
import type { Range } from './marks.ts';

/** A stretch of a shown line with one look. */
export interface Piece {
  readonly text: string;
  readonly scope: string;
  readonly marked: boolean;
}

/** Cuts the tokens of one line to the columns `from..to` and splits them where marks begin and end. */
export function cutPieces(tokens: readonly Token[], marks: readonly Range[], from: number, to: number): readonly Piece[] {
  const edges = marks.flatMap((mark) => [mark.start, mark.end]);
  const pieces: Piece[] = [];
  let column = 0;
  for (const token of tokens) {
    const end = column + token.text.length;
    const cuts = [column, ...edges.filter((edge) => edge > column && edge < end), end];
    for (let index = 0; index + 1 < cuts.length; index += 1) {
      const start = Math.max(cuts[index] ?? 0, from);
      const stop = Math.min(cuts[index + 1] ?? 0, to);
      if (start >= stop) continue;
      const text = token.text.slice(start - column, stop - column);
      pieces.push({ text, scope: token.scope, marked: marks.some((mark) => start >= mark.start && start < mark.end) });
    }
    column = end;
  }
  return pieces;
}

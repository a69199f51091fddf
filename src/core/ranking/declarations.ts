import type { ChunkKind } from '../chunk.ts';
import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { valuesOf } from './values.ts';

/** Kinds that say what something looks like and hold nothing that runs. */
const SHAPES: ReadonlySet<ChunkKind> = new Set(['interface', 'type']);
const ASKS_FOR_SHAPE = /\b(interfaces?|types?|protocols?|shapes?|structs?|fields?|options?|props|schemas?)\b/i;

/** Who describes behaviour wants the code that does it and not the shape of its data; who names a symbol may want either. */
export function weighDeclarations(context: RankContext, board: Board): void {
  const { kind, text, names } = context.question;
  if (kind === 'symbol' || kind === 'path' || names.length > 0 || ASKS_FOR_SHAPE.test(text)) return;
  const values = valuesOf(context.candidates, (row) => (SHAPES.has(row.kind) ? context.constants.shapeFactor : 1));
  contribute(board, { signal: 'declaration', effect: 'factor', of: 'chunk', values, detail: () => 'declares and does nothing' });
}

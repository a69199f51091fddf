import type { RankContext } from './context.ts';
import { type Ordered, sorted } from './diversity.ts';

/**
 * When rows are places, further parts of a long definition fall behind its best part: one answer, not several, and the room goes to others.
 * `folded` receives the factor of each.
 */
export function foldParts(context: RankContext, rows: readonly Ordered[], folded: Map<number, number>): Ordered[] {
  const { furtherPart } = context.constants;
  const inParts = new Set<string>();
  for (const { part, symbol } of context.candidates) if (part > 0) inParts.add(symbol);
  const shown = new Map<string, Set<number>>();
  const found = rows.map((row) => {
    const candidate = context.candidates[row.candidate];
    if (
      candidate === undefined ||
      !inParts.has(candidate.symbol) ||
      candidate.symbol === '' ||
      candidate.kind === 'rest' ||
      candidate.kind === 'section'
    )
      return row;
    const definition = `${candidate.path}\n${candidate.kind}\n${candidate.symbol}`;
    const above = shown.get(definition);
    if (above === undefined) shown.set(definition, new Set([candidate.part]));
    // Two of the same part are two definitions of one name, each an answer of its own.
    if (above === undefined || above.has(candidate.part)) return row;
    const factor = furtherPart ** above.size;
    above.add(candidate.part);
    folded.set(row.candidate, factor);
    return { ...row, score: row.score * factor };
  });
  return folded.size === 0 ? found : sorted(context, found);
}

import type { RankContext } from './context.ts';
import { type Ordered, sorted } from './diversity.ts';

/** Rows that are looked at: who reads on is looking for copies. */
const LOOKED_AT = 40;

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  let common = 0;
  for (const token of small) if (large.has(token)) common += 1;
  return common / (one.size + other.size - common || 1);
}

/** Names that several of the rows have: to look at the words of the others would be a third of the time of ranking. */
function namesOfSeveral({ candidates }: RankContext, rows: readonly Ordered[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const { candidate } of rows) {
    const name = candidates[candidate]?.name ?? '';
    if (name !== '' && seen.has(name)) several.add(name);
    seen.add(name);
  }
  return several;
}

/**
 * Copies of a row above them (definitions of one name whose words are nearly the same) fall behind, the third copy more than the second.
 * `copies` receives the factor of each.
 */
export function foldDuplicates(context: RankContext, rows: readonly Ordered[], copies: Map<number, number>): Ordered[] {
  const { duplicate, duplicateOverlap } = context.constants;
  const isShared = namesOfSeveral(context, rows.slice(0, LOOKED_AT));
  const originals = new Map<string, { readonly tokens: ReadonlySet<string>; copies: number }[]>();
  const found = rows.map((row, place) => {
    const candidate = context.candidates[row.candidate];
    if (place >= LOOKED_AT || candidate === undefined || !isShared.has(candidate.name)) return row;
    const tokens = new Set(candidate.tokens.split(' '));
    const known = originals.get(candidate.name) ?? [];
    originals.set(candidate.name, known);
    const original = known.find((other) => overlap(other.tokens, tokens) >= duplicateOverlap);
    if (original === undefined) {
      known.push({ tokens, copies: 0 });
      return row;
    }
    original.copies += 1;
    const factor = duplicate ** original.copies;
    copies.set(row.candidate, factor);
    return { ...row, score: row.score * factor };
  });
  return copies.size === 0 ? found : sorted(context, found);
}

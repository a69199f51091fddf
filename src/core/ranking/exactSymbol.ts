import { type ChunkKind, isDefinition } from '../chunk.ts';
import type { RankContext } from './context.ts';
import type { Ordered } from './diversity.ts';
import { fileStem, folderOf } from './paths.ts';

/** How well a definition answers a question that is a name; what is higher comes first, whatever else speaks for other rows. */
const FIT = {
  none: 0,
  otherCase: 1,
  /** `merge` for `merge!`: the sign may have been meant as one. */
  withoutSign: 2,
  /** A small class names its members and has no chunk for each. */
  inner: 3,
  own: 4,
  /** The names before the last one are somewhere around it: enclosing names, file, folders. */
  innerSomewhereInside: 5,
  ownSomewhereInside: 6,
  innerQualified: 7,
  ownQualified: 8,
  whole: 9,
} as const;

/**
 * Tests, examples and their like are weakened below this. What they define does not lead while something else defines it too, nor when
 * it is a plain word that somebody spells by chance as they do.
 */
const SELDOM_MEANT = 0.7;
const PLAIN_WORD = /^\p{Ll}+$/u;

/** A name as it is asked for. */
export interface AskedSymbol {
  /** Qualified with dots. */
  readonly symbol: string;
  /** The last name, first as typed, then without a sign at its end. */
  readonly names: readonly string[];
}

interface Definition {
  readonly path: string;
  readonly kind: ChunkKind;
  readonly part: number;
  readonly symbol: string;
  readonly name: string;
  readonly names: string;
}

function partsOf(symbol: string): string[] {
  return symbol.split(/::|[.#\\/]|->/).filter((part) => part !== '');
}

function endsWith(parts: readonly string[], end: readonly string[]): boolean {
  return end.length > 0 && end.every((part, at) => parts[parts.length - end.length + at] === part);
}

/** Whether these names stand in this order around a definition: among its enclosing names, or as its file and folders. */
function isInside(qualifiers: readonly string[], enclosing: readonly string[], path: string): boolean {
  const around = [...folderOf(path).split('/'), fileStem(path), ...enclosing].map((part) => part.toLowerCase());
  let from = 0;
  return qualifiers.every((qualifier) => {
    const at = around.indexOf(qualifier.toLowerCase(), from);
    from = at + 1;
    return at >= 0;
  });
}

/** 0 for what does not define the name asked for. */
export function definitionFit({ symbol, names: [last = '', bare = last] }: AskedSymbol, row: Definition): number {
  if (!isDefinition(row.kind) || row.part > 0) return FIT.none;
  const inner = row.names === '' ? [] : row.names.split(' ');
  const isOwn = row.name === last;
  if (isOwn || inner.includes(last)) {
    const qualifiers = partsOf(symbol).slice(0, -1);
    const around = isOwn ? partsOf(row.symbol).slice(0, -1) : partsOf(row.symbol);
    if (qualifiers.length === 0) return isOwn ? FIT.own : FIT.inner;
    if (endsWith(around, qualifiers))
      return !isOwn ? FIT.innerQualified : around.length === qualifiers.length ? FIT.whole : FIT.ownQualified;
    if (isInside(qualifiers, around, row.path)) return isOwn ? FIT.ownSomewhereInside : FIT.innerSomewhereInside;
    return isOwn ? FIT.own : FIT.inner;
  }
  if (row.name === bare || inner.includes(bare)) return FIT.withoutSign;
  const lower = bare.toLowerCase();
  return row.name.toLowerCase() === lower || inner.some((name) => name.toLowerCase() === lower) ? FIT.otherCase : FIT.none;
}

/**
 * When the whole question is a name, its definitions come first, the ones that fit best before others. Among definitions that fit alike
 * the order stays. When rows are files, only the first definition of each file counts. `leads` receives what each gained by it.
 */
export function definitionsFirst(
  context: RankContext,
  rows: readonly Ordered[],
  fileFactors: Float32Array,
  leads: Map<number, number>,
): readonly Ordered[] {
  const { question, fileOf, input, candidates, constants } = context;
  if (question.kind !== 'symbol') return rows;
  const isPlainWord = PLAIN_WORD.test(question.symbol);
  const seen = new Set<number>();
  const fits = rows.map((row) => {
    const candidate = candidates[row.candidate];
    const file = fileOf[row.candidate] as number;
    let fit: number = candidate === undefined ? FIT.none : definitionFit(question, candidate);
    if (fit !== FIT.none && input.rows === 'file') {
      if (seen.has(file)) fit = FIT.none;
      seen.add(file);
    }
    return { row, fit, factor: fileFactors[file] as number };
  });
  const isElsewhere = fits.some(({ fit, factor }) => fit >= FIT.inner && factor >= SELDOM_MEANT);
  const lifted = fits.map(({ row, fit, factor }) => {
    if (factor >= SELDOM_MEANT) return { row, fit };
    return { row, fit: isElsewhere ? FIT.none : isPlainWord ? Math.min(fit, FIT.otherCase) : fit };
  });
  lifted.sort((one, other) => other.fit - one.fit);
  // Scores follow the order, because rows of several folders are joined by them.
  let least = Number.NEGATIVE_INFINITY;
  const scored = [...lifted].reverse().map(({ row, fit }) => {
    if (fit === FIT.none) {
      least = row.score;
      return row;
    }
    least = Math.max(least, row.score + constants.exactSymbol);
    leads.set(row.candidate, least - row.score);
    return { ...row, score: least };
  });
  return scored.reverse();
}

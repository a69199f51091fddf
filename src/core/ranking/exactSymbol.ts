import { type ChunkKind, isDefinition } from '../chunk.ts';
import { compoundToken, identifierParts } from '../identifiers.ts';
import type { RankContext } from './context.ts';
import type { Ordered } from './diversity.ts';
import { fileStem, folderOf } from './paths.ts';

/** How well a definition answers a question that is a name; what is higher comes first, whatever else speaks for other rows. */
const FIT = {
  none: 0,
  /** `retryUpload` for `retry_upload`: each language joins words in its own way. Only where nothing has the name as it is asked for. */
  otherwiseJoined: 1,
  otherCase: 2,
  /** `merge` for `merge!`: the sign may have been meant as one. */
  withoutSign: 3,
  /** A small class names its members and has no chunk for each. */
  inner: 4,
  own: 5,
  /** The names before the last one are somewhere around it: enclosing names, file, folders. */
  innerSomewhereInside: 6,
  ownSomewhereInside: 7,
  innerQualified: 8,
  ownQualified: 9,
  whole: 10,
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
  const names = [row.name, ...inner];
  const lower = bare.toLowerCase();
  if (names.some((name) => name.toLowerCase() === lower)) return FIT.otherCase;
  return names.some((name) => isSameCompound(name, bare)) ? FIT.otherwiseJoined : FIT.none;
}

/**
 * Whether two names are the same words, joined with capitals or underscores. What they begin with tells a type from a function and a private
 * name from a public one: `FromRequest` is not `from_request`.
 */
function isSameCompound(one: string, other: string): boolean {
  return one[0] === other[0] && compoundToken(one) === compoundToken(other) && identifierParts(other).length > 1;
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
  const fitOf = ({ candidate: position }: Ordered): number => {
    const candidate = candidates[position];
    return candidate === undefined ? FIT.none : definitionFit(question, candidate);
  };
  const found = rows.map(fitOf);
  // Other spellings of a name that is there are other names.
  const least = found.some((fit) => fit > FIT.otherwiseJoined) ? FIT.otherCase : FIT.otherwiseJoined;
  const fits = rows.map((row, at) => {
    const file = fileOf[row.candidate] as number;
    let fit = found[at] as number;
    if (fit < least) fit = FIT.none;
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
  let leastScore = Number.NEGATIVE_INFINITY;
  const scored = [...lifted].reverse().map(({ row, fit }) => {
    if (fit === FIT.none) {
      leastScore = row.score;
      return row;
    }
    leastScore = Math.max(leastScore, row.score + constants.exactSymbol);
    leads.set(row.candidate, leastScore - row.score);
    return { ...row, score: leastScore };
  });
  return scored.reverse();
}

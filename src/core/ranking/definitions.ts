import { isDefinition } from '../chunk.ts';
import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import type { Candidate } from './types.ts';

const TYPE_KINDS: ReadonlySet<string> = new Set(['class', 'interface', 'struct', 'enum', 'trait', 'type', 'module']);
/** Definitions shorter than this are often mere declarations. */
const FULL_LENGTH_LINES = 40;
const EXPORTS = /(?:^|\n)\s*(?:pub use|export|module\.exports|from\s+\S+\s+import)|__all__/;

type NameIndex = ReadonlyMap<string, readonly number[]>;

function dotted(symbol: string): string {
  return symbol.replace(/::|#|->|\\|\//g, '.');
}

/** Candidates by each name they define: their own last name, names inside, and the qualified symbol. */
function definitionsByName(candidates: readonly Candidate[]): NameIndex {
  const index = new Map<string, number[]>();
  candidates.forEach(({ kind, part, symbol, name, names }, position) => {
    if (!isDefinition(kind) || part > 0) return;
    for (const key of new Set([name, dotted(symbol), ...names.split(' ')])) {
      if (key === '') continue;
      const list = index.get(key);
      if (list === undefined) index.set(key, [position]);
      else list.push(position);
    }
  });
  return index;
}

function sizeFactor({ startLine, endLine }: Candidate): number {
  return Math.min(1, 0.8 + (0.2 * (endLine - startLine + 1)) / FULL_LENGTH_LINES);
}

/** The candidates that define the names of the question, each with how well it fits, 0 to 1.2. */
function definitionFits(context: RankContext): Float32Array {
  const { candidates, question, constants, fileOf } = context;
  const { definitionFit: fit, definitionKind } = constants;
  const fits = new Float32Array(candidates.length);
  const index = definitionsByName(candidates);
  const byLowerCase = new Map<string, string[]>();
  for (const name of index.keys()) {
    const lower = name.toLowerCase();
    const list = byLowerCase.get(lower);
    if (list === undefined) byLowerCase.set(lower, [name]);
    else list.push(name);
  }
  const give = (name: string, weight: number): boolean => {
    const found = index.get(name);
    if (found === undefined) return false;
    // A name that many files define says little about each of them.
    const rarity = 1 / (1 + 0.5 * Math.log2(new Set(found.map((position) => fileOf[position])).size));
    for (const position of found) {
      const candidate = candidates[position] as Candidate;
      const isType = TYPE_KINDS.has(candidate.kind);
      const kind = isType ? 1 : definitionKind.notType * (candidate.symbol.includes('.') ? definitionKind.member : 1);
      fits[position] = Math.max(fits[position] as number, weight * rarity * kind * sizeFactor(candidate));
    }
    return true;
  };
  const giveOtherCases = (name: string, weight: number) => {
    for (const other of byLowerCase.get(name.toLowerCase()) ?? []) if (other !== name) give(other, weight);
  };
  if (question.symbol !== '') {
    const last = question.names.at(-1) ?? '';
    const asTyped = give(question.names[0] ?? '', fit.exact);
    const known = asTyped || give(last, fit.exact);
    if (question.symbol !== last) give(question.symbol, fit.qualified);
    giveOtherCases(last, known ? fit.otherCaseBesideExact : fit.otherCase);
    if (!known && last.length > 3) giveReExports(context, last, fits);
  } else {
    for (const name of question.names) if (!give(name, fit.exact)) giveOtherCases(name, fit.insideSentence);
  }
  return fits;
}

/** A symbol that is defined nowhere here is at least exported somewhere. */
function giveReExports(context: RankContext, name: string, fits: Float32Array): void {
  context.candidates.forEach(({ kind, text }, position) => {
    if (kind === 'rest' && text.includes(name) && EXPORTS.test(text)) fits[position] = context.constants.definitionFit.reExport;
  });
}

/** Lifts the chunks that define a symbol of the question, and the files that are named after it. */
export function liftDefinitions(context: RankContext, board: Board): void {
  const { question, constants, candidates } = context;
  if (question.names.length === 0) return;
  const whole = question.kind === 'symbol';
  const weight = whole ? constants.definitionOfWholeQuestion : constants.definition;
  const values = definitionFits(context).map((fit) => fit * weight);
  const detail = (index: number) => `defines \`${candidates[index]?.symbol || question.symbol}\``;
  contribute(board, { signal: 'definition', effect: 'score', of: 'chunk', values, detail });
  if (context.input.without.has('named-file')) return;
  const asked = new Set(question.words.filter((word) => word.length > 2).map((word) => word.toLowerCase().replace(/_/g, '')));
  const named = new Float32Array(context.paths.length);
  candidates.forEach((_, position) => {
    const file = context.fileOf[position] as number;
    const joined = context.pathFacts[file]?.words.joined ?? '';
    const isNamed = asked.has(joined) || (joined.endsWith('s') && asked.has(joined.slice(0, -1)));
    if ((values[position] as number) > 0 && isNamed) named[file] = whole ? constants.namedFileOfWholeQuestion : constants.namedFile;
  });
  const namedDetail = () => 'the file is named after the symbol';
  contribute(board, { signal: 'named-file', effect: 'score', of: 'file', values: named, detail: namedDetail });
}

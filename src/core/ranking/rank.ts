import { liftQuoted } from './allWords.ts';
import { inFileOrder, liftAskedPath, liftAskedPlaces, preferNear, preferRecent } from './askedPaths.ts';
import { createBoard, reasonsFor, totalScores } from './board.ts';
import { coverWords } from './chunkCoverage.ts';
import { PATH_FACTORS, RANKING, type RankingConstants } from './constants.ts';
import { createContext, type PathFactors } from './context.ts';
import { weighDeclarations } from './declarations.ts';
import { liftDefinitions } from './definitions.ts';
import { type Ordered, ordered, spreadFiles } from './diversity.ts';
import { foldDuplicates } from './duplicates.ts';
import { definitionsFirst } from './exactSymbol.ts';
import { weighCoherence, weighCoverage, weighFileKeywords, weighFileVectors } from './fileSignals.ts';
import { fuse } from './fusion.ts';
import { liftHubs } from './hubs.ts';
import { weighImports } from './imports.ts';
import { weighInlineTests } from './inlineTests.ts';
import { weighLayers } from './layers.ts';
import { matchLiterals } from './literals.ts';
import { foldParts } from './parts.ts';
import { weighPaths } from './pathFactors.ts';
import { matchPaths } from './pathMatch.ts';
import { matchSymbols, weighRest } from './symbolMatch.ts';
import type { Ranked, RankInput, RankReason } from './types.ts';
import { matchWordPairs } from './wordPairs.ts';

/**
 * The stages in their order; `RankInput.without` switches one off by its name. Beside these names, `keyword`, `vector`, `own-bm25` (then
 * the store's BM25 counts), `named-file`, `file-vector`, `skeleton`, `diversity`, `duplicates`, `parts`, `file-order`, `exact-symbol`, `language-names`, `question-kind` (one weight
 * for meaning) `typos` (before the search) and `path-<class>` switch off a part.
 */
const STAGES = [
  ['fusion', fuse],
  ['symbol-match', matchSymbols],
  ['chunk-coverage', coverWords],
  ['word-pairs', matchWordPairs],
  ['all-words', liftQuoted],
  ['literal', matchLiterals],
  ['rest', weighRest],
  ['imports', weighImports],
  ['definition', liftDefinitions],
  ['file-keyword', weighFileKeywords],
  ['file-vectors', weighFileVectors],
  ['coverage', weighCoverage],
  ['path-match', matchPaths],
  ['asked-path', liftAskedPath],
  ['asked-place', liftAskedPlaces],
  ['near', preferNear],
  ['recency', preferRecent],
  ['declaration', weighDeclarations],
  ['inline-test', weighInlineTests],
  ['coherence', weighCoherence],
  ['hub', liftHubs],
  ['path', weighPaths],
  ['layer', weighLayers],
] as const;

export const STAGE_NAMES: readonly string[] = [
  ...STAGES.map(([name]) => name),
  'keyword',
  'vector',
  'own-bm25',
  'named-file',
  'file-vector',
  'skeleton',
  'diversity',
  'duplicates',
  'parts',
  'file-order',
  'exact-symbol',
  'language-names',
  'question-kind',
  'typos',
];

/** Whether `RankInput.without` may name it. */
export function isStage(name: string): boolean {
  return STAGE_NAMES.includes(name) || (name.startsWith('path-') && name.slice('path-'.length) in PATH_FACTORS);
}

function foldReason(signal: string, factor: number | undefined, detail: string): readonly RankReason[] {
  return factor === undefined ? [] : [{ signal, effect: 'factor', value: Math.round(factor * 1000) / 1000, detail }];
}

function orderReason(signal: string, gained: number | undefined, detail: string): readonly RankReason[] {
  return gained === undefined ? [] : [{ signal, effect: 'score', value: Math.round(gained * 1000) / 1000, detail }];
}

/** Orders the candidates of a search, best first, at most `limit` of them, each with its reasons. Pure: the same input, the same answer. */
export function rank(input: RankInput, constants: RankingConstants = RANKING, pathFactors: PathFactors = PATH_FACTORS): readonly Ranked[] {
  const context = createContext(input, constants, pathFactors);
  const board = createBoard(context);
  for (const [name, stage] of STAGES) if (!input.without.has(name)) stage(context, board);
  let rows: readonly Ordered[] = ordered(context, totalScores(board, context));
  const copies = new Map<number, number>();
  const leads = new Map<number, number>();
  if (!input.without.has('duplicates')) rows = foldDuplicates(context, rows, copies);
  const parts = new Map<number, number>();
  if (input.rows === 'symbol' && !input.without.has('parts')) rows = foldParts(context, rows, parts);
  if (input.rows === 'file' && !input.without.has('diversity')) rows = spreadFiles(context, rows);
  const moved = new Map<number, number>();
  if (!input.without.has('file-order')) rows = inFileOrder(context, rows, moved);
  if (!input.without.has('exact-symbol')) rows = definitionsFirst(context, rows, board.fileFactors, leads);
  return rows.slice(0, input.limit).flatMap(({ candidate: position, score }) => {
    const candidate = context.candidates[position];
    return candidate === undefined
      ? []
      : [
          {
            candidate,
            score,
            why: [
              ...reasonsFor(board, context, position),
              ...foldReason('duplicates', copies.get(position), 'nearly the same as a row above'),
              ...foldReason('parts', parts.get(position), 'another part of a definition above'),
              ...orderReason('file-order', moved.get(position), 'the chunks of the file asked for come in its order'),
              ...orderReason('exact-symbol', leads.get(position), 'defines what the whole question names'),
            ],
          },
        ];
  });
}

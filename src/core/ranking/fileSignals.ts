import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { denseScores } from './dense.ts';
import { dividedByBest, scaled, valuesOf } from './values.ts';

/** How much it counts which file is meant. */
export function shareOfFile({ input, constants }: RankContext): number {
  return input.rows === 'file' ? 1 : constants.fileOfPlace;
}

/** BM25 of whole files, as the store gave it. */
export function weighFileKeywords(context: RankContext, board: Board): void {
  if (context.input.mode === 'semantic') return;
  const values = dividedByBest(valuesOf(context.files, (file) => file?.keywordScore ?? 0));
  const detail = () => 'the whole file is about the words of the question';
  contribute(board, { signal: 'file-keyword', effect: 'score', of: 'file', values: scaled(values, context.constants.fileKeyword), detail });
}

/** Nearness of whole files and of their skeletons. */
export function weighFileVectors(context: RankContext, board: Board): void {
  const { questionVector, mode, statistics, without } = context.input;
  if (questionVector === null || mode === 'keyword') return;
  if (!without.has('file-vector')) {
    const scores = denseScores(
      questionVector,
      context.files.map((file) => file?.vector ?? null),
      statistics.fileMean,
    );
    const detail = () => 'the whole file means something like the question';
    contribute(board, {
      signal: 'file-vector',
      effect: 'score',
      of: 'file',
      values: scaled(scores, context.constants.fileVector * shareOfFile(context)),
      detail,
    });
  }
  if (!without.has('skeleton')) {
    const scores = denseScores(
      questionVector,
      context.files.map((file) => file?.skeletonVector ?? null),
      statistics.skeletonMean,
    );
    const detail = () => 'the names in the file mean something like the question';
    contribute(board, {
      signal: 'skeleton',
      effect: 'score',
      of: 'file',
      values: scaled(scores, context.constants.skeletonVector * shareOfFile(context)),
      detail,
    });
  }
}

/** The share of the question's words, rare ones counting more, that stand in the found chunks of a file. */
export function weighCoverage(context: RankContext, board: Board): void {
  if (context.input.mode === 'semantic') return;
  const { terms, termCounts, candidatesOf, termWeights: weights } = context;
  let mass = 0;
  for (const weight of weights) mass += weight;
  const values = new Float32Array(context.paths.length);
  if (mass > 0) {
    candidatesOf.forEach((candidates, file) => {
      let covered = 0;
      for (let term = 0; term < terms.words.length; term += 1) {
        if (candidates.some((candidate) => (termCounts[candidate * terms.words.length + term] as number) > 0))
          covered += weights[term] as number;
      }
      values[file] = (context.constants.coverage * covered) / mass;
    });
  }
  const percent = (file: number) => Math.round(((values[file] as number) / context.constants.coverage) * 100);
  contribute(board, {
    signal: 'coverage',
    effect: 'score',
    of: 'file',
    values,
    detail: (file) => `the file holds ${percent(file)} % of the question's words`,
  });
}

/** Several good hits in one file speak for each other. Runs after everything that scores chunks. */
export function weighCoherence(context: RankContext, board: Board): void {
  const { coherence, coherenceDecay, coherenceHits } = context.constants;
  const values = new Float32Array(context.paths.length);
  context.candidatesOf.forEach((candidates, file) => {
    const scores = candidates.map((candidate) => (board.chunkScores[candidate] as number) * (board.chunkFactors[candidate] as number));
    scores.sort((left, right) => right - left);
    let sum = 0;
    let weight = 1;
    for (const score of scores.slice(0, coherenceHits)) {
      sum += weight * score;
      weight *= coherenceDecay;
    }
    values[file] = sum;
  });
  const count = (file: number) => context.candidatesOf[file]?.length ?? 0;
  const detail = (file: number) => (count(file) === 1 ? 'one hit in the file' : `${count(file)} hits in the file`);
  contribute(board, {
    signal: 'coherence',
    effect: 'score',
    of: 'file',
    values: scaled(dividedByBest(values), coherence * shareOfFile(context)),
    detail,
  });
}

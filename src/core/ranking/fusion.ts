import type { FusionForm } from '../embedder.ts';
import type { QuestionAnalysis } from '../query/analyse.ts';
import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { denseScores } from './dense.ts';
import { keywordScores, storedKeywordScores, termsIn, typedForms } from './keyword.ts';
import { scaled } from './values.ts';

/** Scores replaced by `offset / (offset + place)`, the best being near 1; what scored nothing stays at 0. */
function byRank(scores: Float32Array, offset: number): Float32Array {
  const order = [...scores.keys()].filter((index) => (scores[index] as number) > 0);
  order.sort((left, right) => (scores[right] as number) - (scores[left] as number));
  const ranked = new Float32Array(scores.length);
  order.forEach((index, place) => {
    ranked[index] = offset / (offset + place + 1);
  });
  return ranked;
}

/** Who describes a thing seldom uses its words; who names it, or speaks of a change to it, does. */
function denseWeight({ kind, names }: QuestionAnalysis, fusion: FusionForm): number {
  if (kind === 'change') return fusion.denseOfChange ?? fusion.dense;
  if ((kind === 'question' || kind === 'keywords') && names.length === 0) return fusion.denseOfDescription ?? fusion.dense;
  return fusion.dense;
}

/** Keyword and vector scores of each candidate, joined in the form and with the weights of the embedder's own entry. */
export function fuse(context: RankContext, board: Board): void {
  const { input, constants } = context;
  const { form, keyword } = input.fusion;
  const dense = input.without.has('question-kind') ? input.fusion.dense : denseWeight(context.question, input.fusion);
  const useVectors = input.mode !== 'keyword' && input.questionVector !== null && !input.without.has('vector');
  const useWords = (input.mode !== 'semantic' || !useVectors) && !input.without.has('keyword');
  const scale = constants.fusionTotal / (keyword + dense || 1);
  let typed: ReadonlyMap<string, string> | undefined;
  const shape = (scores: Float32Array) => (form === 'rrf' ? byRank(scores, constants.rrfOffset) : scores);
  if (useWords) {
    const scores = shape(input.without.has('own-bm25') ? storedKeywordScores(context) : keywordScores(context));
    contribute(board, {
      signal: 'keyword',
      effect: 'score',
      of: 'chunk',
      values: scaled(scores, keyword * scale),
      detail: (index) => {
        typed ??= typedForms(context.question.words);
        return `holds ${termsIn(context, index, typed).join(', ')}`;
      },
    });
  }
  if (useVectors && input.questionVector !== null) {
    const scores = shape(
      denseScores(
        input.questionVector,
        context.candidates.map(({ vector }) => vector),
        input.statistics.chunkMean,
      ),
    );
    const percent = (index: number) => Math.round((scores[index] as number) * 100);
    contribute(board, {
      signal: 'vector',
      effect: 'score',
      of: 'chunk',
      values: scaled(scores, dense * scale),
      detail: (index) => `means something like the question (${percent(index)} % of the nearest)`,
    });
  }
}

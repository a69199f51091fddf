import { mean, scoreAnswers } from '../../src/cli/eval/score.ts';
import type { EvalQuestion, EvalSet, Scores } from '../../src/cli/eval/types.ts';
import { rank } from '../../src/core/ranking/rank.ts';
import type { RankInput } from '../../src/core/ranking/types.ts';
import type { Limits, MemoryStore } from './memoryStore.ts';

/** A question with what the store found for it. */
export interface Prepared {
  readonly set: EvalSet;
  readonly question: EvalQuestion;
  /** Of the paths in the targets. */
  readonly prefix: string;
  readonly input: () => RankInput;
}

export interface Scored extends Scores {
  readonly set: EvalSet;
  readonly question: EvalQuestion;
}

export type Ranker = (input: RankInput) => ReturnType<typeof rank>;

export function prepare(set: EvalSet, prefix: string, store: MemoryStore, limits: Limits): Prepared[] {
  return set.questions.map((question) => ({ set, question, prefix, input: store.gather(question.query, set.rows, limits) }));
}

export function evaluate(prepared: readonly Prepared[], ranker: Ranker = rank): Scored[] {
  return prepared.map(({ set, question, prefix, input }) => {
    const answers = ranker(input()).map(({ candidate: { path, symbol, names, startLine, endLine } }) => {
      return { path: `${prefix}${path}`, symbol, names: names.split(' '), startLine, endLine };
    });
    return { set, question, ...scoreAnswers(answers, question.targets) };
  });
}

/** The score that a set is judged by: NDCG@10, for documents MRR@10, as it is published. */
export function measureOf(set: EvalSet): 'ndcg10' | 'mrr10' {
  return set.group === 'documents' ? 'mrr10' : 'ndcg10';
}

/** Means over the questions of each set. */
export function bySet(scored: readonly Scored[]): Map<EvalSet, Pick<Scores, 'ndcg10' | 'mrr10' | 'success1'>> {
  const sets = [...new Set(scored.map(({ set }) => set))];
  return new Map(
    sets.map((set) => {
      const own = scored.filter((row) => row.set === set);
      const of = (key: keyof Scores) => mean(own.map((row) => row[key]));
      return [set, { ndcg10: of('ndcg10'), mrr10: of('mrr10'), success1: of('success1') }];
    }),
  );
}

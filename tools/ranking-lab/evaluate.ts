import { rank } from '../../src/core/ranking/rank.ts';
import type { RankInput } from '../../src/core/ranking/types.ts';
import type { Limits, MemoryStore } from './memoryStore.ts';
import { mean, type Scores, scoreAnswers } from './score.ts';
import type { LabQuestion, LabSet } from './sets.ts';

/** A question with what the store found for it. */
export interface Prepared {
  readonly set: LabSet;
  readonly question: LabQuestion;
  readonly input: () => RankInput;
}

export interface Scored extends Scores {
  readonly set: LabSet;
  readonly question: LabQuestion;
}

export type Ranker = (input: RankInput) => ReturnType<typeof rank>;

export function prepare(set: LabSet, store: MemoryStore, limits: Limits): Prepared[] {
  return set.questions.map((question) => ({ set, question, input: store.gather(question.query, set.rows, limits) }));
}

export function evaluate(prepared: readonly Prepared[], ranker: Ranker = rank): Scored[] {
  return prepared.map(({ set, question, input }) => {
    const answers = ranker(input()).map(({ candidate }) => candidate);
    return { set, question, ...scoreAnswers(answers, question.targets) };
  });
}

/** Means over the questions of each set. */
export function bySet(scored: readonly Scored[]): Map<LabSet, Scores> {
  const sets = [...new Set(scored.map(({ set }) => set))];
  return new Map(
    sets.map((set) => {
      const own = scored.filter((row) => row.set === set);
      const of = (key: keyof Scores) => mean(own.map((row) => row[key]));
      return [set, { ndcg: of('ndcg'), mrr: of('mrr'), success: of('success') }];
    }),
  );
}

/** Mean NDCG@10 (MRR@10 for CoSQA, as it is published) of each group over its sets. */
export function byGroup(scored: readonly Scored[]): Record<string, number> {
  const groups: Record<string, number[]> = {};
  for (const [set, scores] of bySet(scored)) {
    const values = groups[set.group] ?? [];
    values.push(set.group === 'cosqa' ? scores.mrr : scores.ndcg);
    groups[set.group] = values;
  }
  return Object.fromEntries(Object.entries(groups).map(([group, values]) => [group, mean(values)]));
}

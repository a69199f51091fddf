import type { Scores, Target } from '../../core/scoring.ts';
import type { RowKind } from '../../protocol/search.ts';

export type { Scores, Target } from '../../core/scoring.ts';

export interface EvalQuestion {
  readonly query: string;
  readonly category: string;
  readonly targets: readonly Target[];
}

/** What is indexed for a set. */
export type EvalCorpus =
  | {
      readonly kind: 'folder';
      /** Name of the work tree below `--repo-dir`, and the folder in it that is indexed; targets are relative to the tree. */
      readonly checkout: string;
      readonly root: string;
      readonly include: readonly string[];
      readonly exclude: readonly string[];
      /** Doc comments are emptied before indexing, because the questions are made of them. */
      readonly withoutDocs: boolean;
    }
  | { readonly kind: 'documents'; readonly documents: readonly { readonly path: string; readonly text: string }[] };

/** One corpus with its questions. Sets of one group are averaged. */
export interface EvalSet {
  readonly name: string;
  readonly group: string;
  readonly language: string;
  readonly rows: RowKind;
  readonly corpus: EvalCorpus;
  readonly questions: readonly EvalQuestion[];
}

export interface ScoredQuestion extends Scores {
  readonly set: string;
  readonly group: string;
  readonly language: string;
  readonly category: string;
  readonly query: string;
  readonly ms: number;
}

/** What a run file holds. */
export interface EvalRun {
  readonly mode: string;
  readonly without: readonly string[];
  readonly questions: readonly ScoredQuestion[];
}

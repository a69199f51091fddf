import { type Answer, mean, type Scores, scoreAnswers, type Target } from './scoring.ts';

/** How far two models agree, and where the right answers are known, how good each is. */

/** A question, with the places that answer it where they are known. */
export interface ComparedQuestion {
  readonly query: string;
  readonly targets: readonly Target[];
}

/** What one model answered to each of the questions, in their order. */
export interface ModelRun {
  readonly name: string;
  readonly answers: readonly (readonly Answer[])[];
  /** Milliseconds of each question. */
  readonly ms: readonly number[];
  /** What a person should know of this run, or empty. */
  readonly note: string;
}

export interface Agreement {
  readonly one: string;
  readonly other: string;
  /** Jaccard of the first five places over the questions, each from 0 to 1. */
  readonly average: number;
  readonly least: number;
  readonly most: number;
  /** The question on which they agree least. */
  readonly farthest: string;
}

export interface Comparison {
  readonly questions: number;
  /** Questions whose right places are known. */
  readonly gold: number;
  readonly models: readonly {
    readonly name: string;
    readonly note: string;
    readonly medianMs: number;
    /** Means over the questions with gold; null where there are none. */
    readonly scores: Scores | null;
  }[];
  /** Every pair of models. */
  readonly pairs: readonly Agreement[];
}

const TOP = 5;

/** Places that both have of all that either has, from 0 to 1; two empty lists are the same. */
export function jaccard(one: readonly Answer[], other: readonly Answer[], top = TOP): number {
  const keys = (answers: readonly Answer[]) =>
    new Set(answers.slice(0, top).map(({ path, startLine, endLine }) => `${path}:${startLine}-${endLine}`));
  const [left, right] = [keys(one), keys(other)];
  const shared = [...left].filter((key) => right.has(key)).length;
  const all = left.size + right.size - shared;
  return all === 0 ? 1 : shared / all;
}

export function compareRuns(questions: readonly ComparedQuestion[], runs: readonly ModelRun[]): Comparison {
  const known = [...questions.keys()].filter((at) => (questions[at]?.targets.length ?? 0) > 0);
  const models = runs.map(({ name, note, ms, answers }) => {
    const scored = known.map((at) => scoreAnswers(answers[at] ?? [], questions[at]?.targets ?? []));
    return { name, note, medianMs: median(ms), scores: scored.length === 0 ? null : meanScores(scored) };
  });
  const pairs = runs.flatMap((one, at) => runs.slice(at + 1).map((other) => agreement(questions, one, other)));
  return { questions: questions.length, gold: known.length, models, pairs };
}

function agreement(questions: readonly ComparedQuestion[], one: ModelRun, other: ModelRun): Agreement {
  const values = questions.map((_, at) => jaccard(one.answers[at] ?? [], other.answers[at] ?? []));
  const least = Math.min(1, ...values);
  return {
    one: one.name,
    other: other.name,
    average: mean(values),
    least,
    most: Math.max(0, ...values),
    farthest: questions[values.indexOf(least)]?.query ?? '',
  };
}

function meanScores(scored: readonly Scores[]): Scores {
  const of = (key: keyof Scores): number => mean(scored.map((scores) => scores[key]));
  return {
    ndcg10: of('ndcg10'),
    mrr10: of('mrr10'),
    success1: of('success1'),
    recall5: of('recall5'),
    recall10: of('recall10'),
    recall50: of('recall50'),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const COLUMNS = [
  ['NDCG@10', 'ndcg10'],
  ['MRR@10', 'mrr10'],
  ['recall@5', 'recall5'],
  ['recall@10', 'recall10'],
  ['recall@50', 'recall50'],
] as const satisfies readonly (readonly [string, keyof Scores])[];

/** The comparison as Markdown whose tables can be read as they are. */
export function comparisonText(comparison: Comparison): string {
  const { questions, gold, models, pairs } = comparison;
  const scored = gold > 0;
  const modelRows = models.map(({ name, medianMs, scores }) => [
    name,
    ...(scored ? COLUMNS.map(([, key]) => (scores?.[key] ?? 0).toFixed(3)) : []),
    `${Math.round(medianMs)} ms`,
  ]);
  const pairRows = pairs.map(({ one, other, average, least, most }) => [one, other, average.toFixed(3), least.toFixed(3), most.toFixed(3)]);
  const notes = models.filter(({ note }) => note !== '').map(({ name, note }) => `- ${name}: ${note}`);
  const apart = pairs.filter(({ least }) => least < 1).map(({ one, other, farthest }) => `- ${one} and ${other}: ${inline(farthest)}`);
  return [
    '# Comparison of models',
    `${counted(questions, 'question')}, ${gold === 0 ? 'none' : gold} of them with known answers.`,
    table(['model', ...(scored ? COLUMNS.map(([name]) => name) : []), 'median'], modelRows),
    ...(pairRows.length === 0 ? [] : ['Jaccard of the first five places:', table(['one', 'other', 'average', 'least', 'most'], pairRows)]),
    ...(apart.length === 0 ? [] : ['Questions on which they agree least:', apart.join('\n')]),
    ...(notes.length === 0 ? [] : ['Notes:', notes.join('\n')]),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => inline(cell).replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  return [line(first), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest.map(line)].join('\n');
}

/** Text from a file or a server on one line. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function counted(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}

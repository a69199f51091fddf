import { bootstrapInterval, mean } from './score.ts';
import type { EvalRun, ScoredQuestion } from './types.ts';

const COLUMNS = [
  ['NDCG@10', 'ndcg10'],
  ['MRR@10', 'mrr10'],
  ['success@1', 'success1'],
  ['recall@5', 'recall5'],
  ['recall@10', 'recall10'],
  ['recall@50', 'recall50'],
] as const;

/** Tables by set, language and category; a group is the mean over its sets. With an earlier run: differences with their interval. */
export function reportText(run: EvalRun, before: EvalRun | undefined): string {
  const tables = [
    table('group', groupMeans(run.questions)),
    table(
      'set',
      by(run.questions, (question) => question.set),
    ),
    table(
      'language',
      by(run.questions, (question) => question.language),
    ),
    table(
      'category',
      by(run.questions, (question) => question.category),
    ),
  ];
  const ms = run.questions.map((question) => question.ms).sort((a, b) => a - b);
  const speed = `query p50 ${Math.round(ms[Math.floor(ms.length / 2)] ?? 0)} ms, p95 ${Math.round(ms[Math.floor(ms.length * 0.95)] ?? 0)} ms`;
  return [...tables.filter((text) => text !== ''), ...(before === undefined ? [] : [compare(run, before)]), speed].join('\n\n');
}

function groupBy(questions: readonly ScoredQuestion[], key: (question: ScoredQuestion) => string): Map<string, ScoredQuestion[]> {
  const groups = new Map<string, ScoredQuestion[]>();
  for (const question of questions) {
    const group = groups.get(key(question));
    if (group === undefined) groups.set(key(question), [question]);
    else group.push(question);
  }
  return groups;
}

type Line = readonly [name: string, count: number, values: readonly number[]];

function by(questions: readonly ScoredQuestion[], key: (question: ScoredQuestion) => string): readonly Line[] {
  const groups = groupBy(questions, key);
  return [...groups]
    .filter(([name]) => name !== '')
    .map(([name, list]) => [name, list.length, COLUMNS.map(([, column]) => mean(list.map((q) => q[column])))]);
}

/** The mean over sets of their means, so that a large set does not outweigh the others. */
function groupMeans(questions: readonly ScoredQuestion[]): readonly Line[] {
  const groups = groupBy(questions, (question) => question.group);
  return [...groups].map(([name, list]) => {
    const sets = by(list, (question) => question.set);
    return [name, list.length, COLUMNS.map((_, at) => mean(sets.map(([, , values]) => values[at] ?? 0)))];
  });
}

function table(title: string, lines: readonly Line[]): string {
  if (lines.length === 0) return '';
  const width = Math.max(title.length, ...lines.map(([name]) => name.length)) + 2;
  const head = `${title.padEnd(width)}${'n'.padStart(5)}${COLUMNS.map(([name]) => name.padStart(11)).join('')}`;
  const rows = lines.map(
    ([name, count, values]) =>
      `${name.padEnd(width)}${String(count).padStart(5)}${values.map((value) => value.toFixed(3).padStart(11)).join('')}`,
  );
  return [head, ...rows].join('\n');
}

/** Questions by set and text; where a set asks the same twice, the second time is another question. */
function byText(questions: readonly ScoredQuestion[]): Map<string, ScoredQuestion> {
  const found = new Map<string, ScoredQuestion>();
  for (const question of questions) {
    let time = 1;
    while (found.has(`${question.set}\n${question.query}\n${time}`)) time += 1;
    found.set(`${question.set}\n${question.query}\n${time}`, question);
  }
  return found;
}

function compare(run: EvalRun, before: EvalRun): string {
  const old = byText(before.questions);
  const pairs = [...byText(run.questions)].flatMap(([key, question]) => {
    const earlier = old.get(key);
    return earlier === undefined ? [] : [{ group: question.group, difference: question.ndcg10 - earlier.ndcg10 }];
  });
  const sign = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
  const lines = [...new Set(pairs.map(({ group }) => group))].map((group) => {
    const differences = pairs.filter((pair) => pair.group === group).map(({ difference }) => difference);
    const { low, high } = bootstrapInterval(differences);
    return `${group.padEnd(12)} ${sign(mean(differences))}  [${sign(low)}, ${sign(high)}]  over ${differences.length} questions`;
  });
  return ['NDCG@10 against the earlier run, mean over questions with its 95 % interval', ...lines].join('\n');
}

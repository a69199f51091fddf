import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place that answers a question: a file, lines of a file, or a function. */
export interface Target {
  readonly path: string;
  readonly symbol?: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

export interface LabQuestion {
  readonly query: string;
  readonly category: string;
  readonly targets: readonly Target[];
}

/** One corpus with its questions. */
export interface LabSet {
  readonly name: string;
  /** Sets of one group are averaged. */
  readonly group: 'semble' | 'commits' | 'docs' | 'cosqa';
  readonly rows: 'file' | 'symbol';
  /** Folder below the checkouts, and which of its files belong to the corpus; null for a corpus of its own. */
  readonly folder: string | null;
  readonly keeps: (path: string) => boolean;
  /** Doc comments are taken out before indexing, because the questions are made of them. */
  readonly withoutDocs: boolean;
  readonly questions: readonly LabQuestion[];
  /** Functions of a corpus that is no folder. */
  readonly functions?: readonly { readonly path: string; readonly symbol: string; readonly doc: string; readonly text: string }[];
}

type Row = Readonly<Record<string, unknown>>;

function readLines(file: string): Row[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Row);
}

function targetOf(row: Row): Target {
  const { path, symbol, start_line: startLine, end_line: endLine } = row;
  return {
    path: String(path),
    ...(typeof symbol === 'string' ? { symbol } : {}),
    ...(typeof startLine === 'number' && typeof endLine === 'number' ? { startLine, endLine } : {}),
  };
}

function targetsOf(row: Row): Target[] {
  const rows = [row.relevant, row.secondary].flatMap((list) => (Array.isArray(list) ? (list as Row[]) : []));
  return rows.map(targetOf);
}

function sembleSets(sets: string): LabSet[] {
  const folder = join(sets, 'semble');
  const repositories = JSON.parse(readFileSync(join(folder, 'repos.json'), 'utf8')) as Record<string, { benchmark_root: string }>;
  const questions = readLines(join(folder, 'queries.jsonl'));
  return Object.entries(repositories).map(([name, { benchmark_root: root }]) => ({
    name,
    group: 'semble',
    rows: 'file',
    folder: join(name, root),
    keeps: () => true,
    withoutDocs: false,
    questions: questions
      .filter((row) => row.repo === name)
      .map((row) => ({ query: String(row.query), category: String(row.category), targets: targetsOf(row) })),
  }));
}

const TESTS = /(^|\/)(tests?|__tests__)(\/|$)|\.(test|spec)\.|(^|\/)(test_|conftest)/;
const FUNCTION_CORPORA: Readonly<Record<string, RegExp>> = {
  sphinx: /^sphinx\/.*\.py$/,
  vite: /^packages\/[^/]+\/(src|lib|bin|types|client)\//,
};

function functionSets(sets: string): LabSet[] {
  const found: LabSet[] = [];
  for (const [name, pattern] of Object.entries(FUNCTION_CORPORA)) {
    for (const [part, group] of [['commits.clean', 'commits'] as const, ['docstr', 'docs'] as const]) {
      const file = join(sets, `${name}.${part}.jsonl`);
      if (!existsSync(file)) continue;
      const questions = readLines(file).map((row) => ({ query: String(row.query), category: group, targets: targetsOf(row) }));
      const keeps = (path: string) => pattern.test(path) && !TESTS.test(path);
      found.push({ name: `${name}.${group}`, group, rows: 'symbol', folder: name, keeps, withoutDocs: group === 'docs', questions });
    }
  }
  return found;
}

function cosqaSet(sets: string): LabSet[] {
  const folder = join(sets, 'cosqa');
  if (!existsSync(folder)) return [];
  const corpus = JSON.parse(readFileSync(join(folder, 'corpus.json'), 'utf8')) as {
    id: number;
    full: string;
    doc: string;
    symbol: string;
  }[];
  const functions = corpus.map(({ id, full, doc, symbol }) => ({ path: `${id}.py`, symbol, doc, text: full }));
  const questions = readLines(join(folder, 'dev.jsonl')).map((row) => ({
    query: String(row.query),
    category: 'cosqa',
    targets: (row.relevant as number[]).map((id) => ({ path: `${id}.py` })),
  }));
  return [{ name: 'cosqa', group: 'cosqa', rows: 'symbol', folder: null, keeps: () => true, withoutDocs: false, questions, functions }];
}

/** Every set that is in the folder. */
export function loadSets(sets: string): LabSet[] {
  return [...sembleSets(sets), ...functionSets(sets), ...cosqaSet(sets)];
}

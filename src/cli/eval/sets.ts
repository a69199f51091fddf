import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from '../usage.ts';
import type { EvalQuestion, EvalSet, Target } from './types.ts';

type Row = Readonly<Record<string, unknown>>;

/** Files of a set's name that are looked for in a folder of sets. */
const FUNCTION_SET = /^(?<repository>[\w-]+)\.(?<part>commits|docstr)(?:\.clean)?\.jsonl$/;
/** What the function-level sets index: the sources that their README names, without tests. */
const FUNCTION_CORPORA: Readonly<Record<string, { readonly include: readonly string[] }>> = {
  sphinx: { include: ['sphinx/**/*.py'] },
  vite: { include: ['packages/*/{src,lib,bin,types,client}/**'] },
};
const TESTS = ['**/{test,tests,__tests__}/**', '**/*.{test,spec}.*', '**/{test_*,conftest*}'];
/** The benchmark indexes code only. */
const NOT_CODE = ['**/*.{md,mdx,rst,txt,adoc,json,jsonc,yml,yaml,toml,xml,html,css,scss,less,svg,csv}'];

/** Every set in a folder, or the one in a file. Throws `UsageError` when there is none. */
export function loadSets(path: string): readonly EvalSet[] {
  if (!existsSync(path)) throw new UsageError(`There is no evaluation set at ${path}.`);
  const sets = statSync(path).isDirectory() ? setsIn(path) : setsOfFile(path);
  if (sets.length === 0) throw new UsageError(`No evaluation set was found in ${path}.`);
  return sets;
}

function setsIn(folder: string): readonly EvalSet[] {
  const files = readdirSync(folder).sort();
  return files.flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return ['queries.jsonl', 'dev.jsonl'].flatMap((file) => setsOfFile(join(path, file)));
    return setsOfFile(path);
  });
}

function setsOfFile(path: string): readonly EvalSet[] {
  if (!existsSync(path)) return [];
  const folder = dirname(path);
  if (basename(path) === 'queries.jsonl' && existsSync(join(folder, 'repos.json'))) return fileSets(path, join(folder, 'repos.json'));
  if (existsSync(join(folder, 'corpus.json')) && extname(path) === '.jsonl') return [documentSet(path, join(folder, 'corpus.json'))];
  const named = FUNCTION_SET.exec(basename(path))?.groups;
  return named === undefined ? [] : [functionSet(path, named.repository ?? '', named.part ?? '')];
}

/** Questions about whole repositories; the gold is files, some with lines. */
function fileSets(path: string, repositories: string): readonly EvalSet[] {
  const rows = readRows(path);
  const known = JSON.parse(readFileSync(repositories, 'utf8')) as Record<string, { benchmark_root: string; lang: string }>;
  return Object.entries(known).map(([name, { benchmark_root: root, lang }]) => ({
    name,
    group: 'files',
    language: lang,
    rows: 'file',
    corpus: { kind: 'folder', checkout: name, root, include: [], exclude: NOT_CODE, withoutDocs: false },
    questions: rows.filter((row) => row.repo === name).map(questionOf),
  }));
}

/** Commit subjects or doc sentences of one repository; the gold is functions. */
function functionSet(path: string, repository: string, part: string): EvalSet {
  const include = FUNCTION_CORPORA[repository]?.include ?? [];
  return {
    name: `${repository}.${part}`,
    group: part,
    language: '',
    rows: 'symbol',
    corpus: { kind: 'folder', checkout: repository, root: '', include, exclude: TESTS, withoutDocs: part === 'docstr' },
    questions: readRows(path).map(questionOf),
  };
}

/** Questions over a corpus of single functions, each of which becomes a file. */
function documentSet(path: string, corpus: string): EvalSet {
  const functions = JSON.parse(readFileSync(corpus, 'utf8')) as readonly { readonly id: number; readonly full: string }[];
  return {
    name: basename(dirname(path)),
    group: 'documents',
    language: 'py',
    rows: 'symbol',
    corpus: { kind: 'documents', documents: functions.map(({ id, full }) => ({ path: `f${id}.py`, text: `${full}\n` })) },
    questions: readRows(path).map((row) => ({
      query: String(row.query),
      category: 'documents',
      targets: listOf(row.relevant).map((id) => ({ path: `f${String(id)}.py` })),
    })),
  };
}

function readRows(path: string): readonly Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

function questionOf(row: Row): EvalQuestion {
  const targets = [...listOf(row.relevant), ...listOf(row.secondary)].map((target) => targetOf(target as Row));
  return { query: String(row.query), category: String(row.category ?? ''), targets };
}

function targetOf(row: Row): Target {
  const { path, symbol, start_line: startLine, end_line: endLine } = row;
  return {
    path: String(path),
    ...(typeof symbol === 'string' ? { symbol } : {}),
    ...(typeof startLine === 'number' && typeof endLine === 'number' ? { startLine, endLine } : {}),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

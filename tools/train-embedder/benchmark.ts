/**
 * Measures a model on the retrieval sets: keyword search alone, the model alone, and both fused.
 *
 *   node benchmark.ts BENCH-FOLDER CHUNKS-FOLDER MODEL [--weights .2,.35,.5] [--json RESULTS.json]
 *
 * CHUNKS-FOLDER holds one NAME.jsonl a repository, a line a chunk: path, symbol, kind, start, end, doc, text. Sets without their chunks
 * are passed over. No ranking signals are used: this is about the model, not about the product.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { searchTokens } from '../../src/core/identifiers.ts';
import { isChange } from '../../src/core/query/change.ts';
import { loadStaticEmbedder, type StaticEmbedder } from '../../src/models/staticEmbedder.ts';
import { bootstrap, Keyword, mean, normalisedDense, normalisedKeyword } from './retrieval.ts';
import { ndcg, type Row, scoreFiles, scoreSymbols, type Target } from './scores.ts';

interface Question {
  readonly query: string;
  readonly relevant: readonly (Target | number)[];
  readonly secondary?: readonly Target[];
  readonly repo?: string;
  readonly issue?: string;
  readonly commit?: string;
}

type Scores = Record<string, number[]>;

const CHANGE_WEIGHT = 0.2;
const DESCRIPTION_WEIGHT = 0.5;

const [bench, chunksFolder, modelFile, ...rest] = process.argv.slice(2);
if (bench === undefined || chunksFolder === undefined || modelFile === undefined)
  throw new Error('Usage: node benchmark.ts BENCH CHUNKS MODEL');
const option = (name: string) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
const weights = (option('--weights') ?? '.2,.35,.5').split(',').map(Number);
const model: StaticEmbedder = loadStaticEmbedder(readFileSync(modelFile));

function readLines<T>(path: string): T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** The text of a chunk without its doc comment: comment lines above it and the first string of a Python body. */
function withoutDoc(row: Row): Row {
  const text = row.path.endsWith('.py')
    ? row.text.replace(/(:[^\n]*\n\s*)[rRuU]?("""[\s\S]*?"""|'''[\s\S]*?''')/, '$1')
    : row.text.replace(/^\s*(\/\*\*[\s\S]*?\*\/|(\s*\/\/[^\n]*\n)+)/, '');
  return { ...row, doc: '', text };
}

function embeddingText(row: Row): string {
  const stem = (row.path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '');
  return `${row.path} ${stem} ${row.symbol} ${row.symbol} ${row.symbol} ${row.doc}\n${row.text}`.slice(0, 8000);
}

class Corpus {
  readonly rows: readonly Row[];
  readonly #keyword: Keyword;
  readonly #vectors: Float32Array[];

  constructor(rows: readonly Row[], textOf: (row: Row) => string = embeddingText) {
    this.rows = rows;
    this.#keyword = new Keyword(
      rows.map((row) => {
        const repeated = [...searchTokens(row.symbol), ...searchTokens(row.path)];
        return [...searchTokens(row.text), ...repeated, ...repeated, ...repeated, ...repeated, ...repeated];
      }),
    );
    this.#vectors = rows.map((row) => model.embed(textOf(row)));
  }

  /** For each way of ranking the numbers of the rows, best first. */
  rank(query: string): Record<string, number[]> {
    const keyword = normalisedKeyword(this.#keyword.scores(searchTokens(query)));
    const dense = normalisedDense(model.embed(query), this.#vectors);
    const order = (scores: Float64Array) =>
      [...scores.keys()].sort((left, right) => (scores[right] as number) - (scores[left] as number) || left - right).slice(0, 60);
    const fused = (weight: number) => order(keyword.map((score, index) => (1 - weight) * score + weight * (dense[index] as number)));
    const ranked: Record<string, number[]> = { keyword: order(keyword), model: order(dense) };
    for (const weight of weights) ranked[`fused ${weight}`] = fused(weight);
    ranked['fused by kind'] = fused(isChange(query) ? CHANGE_WEIGHT : DESCRIPTION_WEIGHT);
    return ranked;
  }
}

function add(scores: Scores, ranked: Record<string, number[]>, score: (order: readonly number[]) => number): void {
  for (const [way, order] of Object.entries(ranked)) {
    scores[way] ??= [];
    scores[way].push(score(order));
  }
}

const results: Record<string, Scores> = {};
const kept: Record<string, readonly Question[]> = {};

const cosqa = `${bench}/cosqa/corpus.json`;
if (existsSync(cosqa)) {
  const entries = JSON.parse(readFileSync(cosqa, 'utf8')) as { full: string; code: string; symbol: string; id: number }[];
  for (const field of ['full', 'code'] as const) {
    const corpus = new Corpus(
      entries.map((entry) => ({ path: '', symbol: entry.symbol, start: 0, end: 0, doc: '', text: entry[field] })),
      (row) => `${row.symbol} ${row.symbol} ${row.symbol}\n${row.text}`,
    );
    const name = field === 'full' ? 'cosqa' : 'cosqa, code only';
    const scores: Scores = {};
    const questions = readLines<Question>(`${bench}/cosqa/dev.jsonl`);
    for (const question of questions) {
      const gold = new Set(question.relevant.map(Number));
      const places = (order: readonly number[]) => order.slice(0, 10).flatMap((id, index) => (gold.has(id) ? [index + 1] : []));
      add(scores, corpus.rank(question.query), (order) => ndcg(places(order), gold.size));
    }
    results[name] = scores;
    kept[name] = questions;
  }
}

for (const repository of ['sphinx', 'vite']) {
  const chunks = `${chunksFolder}/${repository}.jsonl`;
  if (!existsSync(chunks)) continue;
  const rows = readLines<Row>(chunks);
  for (const [kind, file] of Object.entries({ commits: 'commits.clean', docstr: 'docstr' })) {
    const corpus = new Corpus(kind === 'docstr' ? rows.map(withoutDoc) : rows);
    const scores: Scores = {};
    const questions = readLines<Question>(`${bench}/${repository}.${file}.jsonl`);
    for (const question of questions) {
      add(scores, corpus.rank(question.query), (order) => scoreSymbols(corpus.rows, order, question.relevant as readonly Target[]));
    }
    results[`${repository} ${kind}`] = scores;
    kept[`${repository} ${kind}`] = questions;
  }
}

// Issues of one repository, each of which belongs to a commit of its own: by their title, then by their whole text.
const issues = existsSync(`${bench}/swe.pytest.jsonl`) ? readLines<Question>(`${bench}/swe.pytest.jsonl`) : [];
for (const question of issues) {
  const chunks = `${chunksFolder}/${question.commit}.jsonl`;
  if (!existsSync(chunks)) continue;
  const corpus = new Corpus(readLines<Row>(chunks));
  for (const [name, text] of [
    ['issue titles', question.query],
    ['issue texts', question.issue ?? ''],
  ] as const) {
    results[name] ??= {};
    kept[name] = [...(kept[name] ?? []), question];
    add(results[name], corpus.rank(text), (order) => scoreSymbols(corpus.rows, order, question.relevant as readonly Target[]));
  }
}

const repositories = existsSync(`${bench}/semble/repos.json`)
  ? Object.keys(JSON.parse(readFileSync(`${bench}/semble/repos.json`, 'utf8')))
  : [];
const present = repositories.filter((name) => existsSync(`${chunksFolder}/${name}.jsonl`));
if (present.length > 0) {
  const scores: Scores = {};
  const all = readLines<Question>(`${bench}/semble/queries.jsonl`);
  const asked: Question[] = [];
  for (const name of present) {
    const corpus = new Corpus(readLines<Row>(`${chunksFolder}/${name}.jsonl`));
    for (const question of all.filter(({ repo }) => repo === name)) {
      const targets = [...(question.relevant as readonly Target[]), ...(question.secondary ?? [])];
      add(scores, corpus.rank(question.query), (order) => scoreFiles(corpus.rows, order, targets));
      asked.push(question);
    }
  }
  results[`semble (${present.length})`] = scores;
  kept[`semble (${present.length})`] = asked;
}

for (const [name, scores] of Object.entries(results)) {
  const base = scores.keyword as number[];
  const cells = Object.entries(scores).map(([way, values]) => {
    if (way === 'keyword') return `keyword ${mean(values).toFixed(3)}`;
    const { low, high } = bootstrap(values, base);
    const difference = mean(values) - mean(base);
    return `${way} ${mean(values).toFixed(3)} (${difference >= 0 ? '+' : ''}${difference.toFixed(3)}: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  });
  console.log(`${name.padEnd(18)}${String(base.length).padStart(4)}  ${cells.join(' | ')}`);
}
const json = option('--json');
if (json !== undefined) writeFileSync(json, JSON.stringify({ model: model.id, results, questions: kept }));

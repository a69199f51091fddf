import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bootstrapInterval, mean } from '../../src/cli/eval/score.ts';
import { loadSets } from '../../src/cli/eval/sets.ts';
import type { EvalSet } from '../../src/cli/eval/types.ts';
import { rank, STAGE_NAMES } from '../../src/core/ranking/rank.ts';
import { loadStaticEmbedder } from '../../src/models/staticEmbedder.ts';
import { loadChunks } from './chunks.ts';
import { bySet, evaluate, measureOf, type Prepared, prepare, type Scored } from './evaluate.ts';
import { literalSet, lot } from './literals.ts';
import { DEFAULT_LIMITS, MemoryStore } from './memoryStore.ts';
import { productChunker } from './productChunker.ts';

const USAGE = `Measures the ranking over retrieval sets, with a store in memory.

node tools/ranking-lab/lab.ts <folder of sets> <folder of checkouts> [options]

  --only a,b      sets or groups (files, commits, docstr, documents)
  --ablation      every stage left out, one at a time
  --literals      asks texts of errors, pieces of code and stack traces of the checkouts as well
  --cache DIR     where the chunks of the checkouts are kept (default: the system's temporary folder)
  --save FILE     keeps the scores of every question
  --against FILE  compares with saved scores (paired bootstrap)
`;

/** Choices are made on the first half of the repositories, and of the questions of every other set, and reported on the other. */
const FIRST_HALF: ReadonlySet<string> = new Set(['zod', 'model2vec', 'gson', 'libuv', 'express', 'phoenix']);

function halfOf({ set, question }: Scored): 'A' | 'B' {
  return (set.group === 'files' ? FIRST_HALF.has(set.name) : lot(question.query) < 0.5) ? 'A' : 'B';
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXTRA_SWITCHES = ['path-test', 'path-platform', 'path-olderVersion', 'path-prose', 'path-hidden', 'path-build'];

async function prepareAll(sets: readonly EvalSet[], checkouts: string, cache: string, literals: boolean): Promise<Prepared[]> {
  const chunkFile = await productChunker(join(ROOT, 'dist/media/grammars'));
  const model = loadStaticEmbedder(readFileSync(join(ROOT, 'media/models/bundled-384-int4.bin')));
  const prepared: Prepared[] = [];
  for (const set of sets) {
    const corpus = await loadChunks(set, checkouts, cache, chunkFile);
    if (corpus === undefined) continue;
    const store = new MemoryStore(corpus.files, (text) => model.embed(text));
    prepared.push(...prepare(set, corpus.prefix, store, DEFAULT_LIMITS));
    const hasText = set.group === 'files' || set.group === 'commits';
    if (literals && hasText) prepared.push(...prepare(literalSet(set, corpus.prefix, store.rows), corpus.prefix, store, DEFAULT_LIMITS));
  }
  return prepared;
}

function printSets(scored: readonly Scored[]): void {
  console.log('set               NDCG@10  MRR@10  success@1  questions');
  for (const [set, { ndcg10, mrr10, success1 }] of bySet(scored)) {
    const numbers = [ndcg10, mrr10, success1].map((value) => value.toFixed(3).padStart(7)).join('  ');
    console.log(`${set.name.padEnd(17)} ${numbers}  ${String(set.questions.length).padStart(8)}`);
  }
}

/** Literal questions by their kind, MRR@10 over all repositories. */
function literalsOf(scored: readonly Scored[]): Record<string, number> {
  const own = scored.filter(({ set }) => set.group === 'literals');
  const kinds = [...new Set(own.map(({ question }) => question.category))];
  return Object.fromEntries(
    kinds.map((kind) => [kind, mean(own.filter(({ question }) => question.category === kind).map(({ mrr10 }) => mrr10))]),
  );
}

/** The columns of the tables, each as its two halves: the repositories with questions about files as one mean, every other set for itself. */
function groupsOf(scored: readonly Scored[]): Record<string, number> {
  const columns: [string, number][] = [];
  for (const half of ['A', 'B'] as const) {
    const means = [...bySet(scored.filter((row) => halfOf(row) === half))].map(([set, scores]) => ({ set, value: scores[measureOf(set)] }));
    const files = means.filter(({ set }) => set.group === 'files').map(({ value }) => value);
    if (files.length > 0) columns.push([`files ${half}`, mean(files)]);
    for (const { set, value } of means)
      if (set.group !== 'files' && set.group !== 'literals') columns.push([`${set.name.replace('.', ' ')} ${half}`, value]);
  }
  columns.sort(([one], [other]) => Number(other.startsWith('files')) - Number(one.startsWith('files')) || (one < other ? -1 : 1));
  return { ...Object.fromEntries(columns), ...literalsOf(scored) };
}

/** A Markdown table: the whole ranking, then what each column loses (in thousandths) when one stage is left out. */
function printAblation(prepared: readonly Prepared[], full: readonly Scored[]): void {
  const base = groupsOf(full);
  const columns = Object.keys(base);
  console.log(`| left out | ${columns.join(' | ')} |\n|---|${columns.map(() => '--:').join('|')}|`);
  console.log(`| nothing | ${columns.map((column) => (base[column] ?? 0).toFixed(3)).join(' | ')} |`);
  for (const name of [...STAGE_NAMES, ...EXTRA_SWITCHES]) {
    const found = groupsOf(evaluate(prepared, (input) => rank({ ...input, without: new Set([name]) })));
    const losses = columns.map((column) => Math.round(((found[column] ?? 0) - (base[column] ?? 0)) * 1000));
    console.log(`| ${name} | ${losses.map((loss) => (loss > 0 ? `+${loss}` : String(loss))).join(' | ')} |`);
  }
  const plain = groupsOf(evaluate(prepared, (input) => rank({ ...input, mode: 'keyword', without: PLAIN_BM25 })));
  console.log(`| BM25 alone | ${columns.map((column) => (plain[column] ?? 0).toFixed(3)).join(' | ')} |`);
}

/** Everything but the store's own BM25. */
const PLAIN_BM25: ReadonlySet<string> = new Set(['own-bm25', ...STAGE_NAMES.filter((name) => name !== 'fusion' && name !== 'keyword')]);

function valuesOf(scored: readonly Scored[]): Record<string, number> {
  return Object.fromEntries(scored.map(({ set, question, ndcg10 }) => [`${set.name}\t${question.query}`, ndcg10]));
}

function printDifference(scored: readonly Scored[], file: string): void {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  const now = valuesOf(scored);
  const differences = Object.keys(now).flatMap((key) => (before[key] === undefined ? [] : [(now[key] ?? 0) - before[key]]));
  const { low, high } = bootstrapInterval(differences);
  const text = [mean(differences), low, high].map((value) => (1000 * value).toFixed(1));
  console.log(`NDCG@10 against ${file}: ${text[0]} thousandths (95 %: ${text[1]} to ${text[2]}) over ${differences.length} questions`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      literals: { type: 'boolean', default: false },
      ablation: { type: 'boolean', default: false },
      cache: { type: 'string', default: join(tmpdir(), 'quarry-ranking-lab') },
      save: { type: 'string' },
      against: { type: 'string' },
    },
  });
  const [setsFolder, checkouts] = positionals;
  if (setsFolder === undefined || checkouts === undefined) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const only = values.only?.split(',');
  const sets = loadSets(setsFolder).filter(({ name, group }) => only === undefined || only.includes(name) || only.includes(group));
  const prepared = await prepareAll(sets, checkouts, values.cache, values.literals);
  const startedAt = performance.now();
  const scored = evaluate(prepared);
  console.log(`${((performance.now() - startedAt) / prepared.length).toFixed(2)} ms a question for ranking\n`);
  printSets(scored);
  console.log(
    `\n${Object.entries(groupsOf(scored))
      .map(([name, value]) => `${name} ${value.toFixed(3)}`)
      .join('  ')}\n`,
  );
  if (values.against !== undefined) printDifference(scored, values.against);
  if (values.save !== undefined) writeFileSync(values.save, JSON.stringify(valuesOf(scored)));
  if (values.ablation) printAblation(prepared, scored);
}

await main();

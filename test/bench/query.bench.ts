// Measures a whole search against the store's two bare queries: `node test/bench/query.bench.ts [--large] [folder]`
// at 1,000 and 10,000 chunks of real code, with --large at 100,000 too. Ratios within one run are what counts, and of the ranking stages
// their processor time: other work on the machine hardly moves it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { fileSkeleton } from '../../src/core/documents.ts';
import { questionTokens } from '../../src/core/identifiers.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { analyseQuestion } from '../../src/core/query/analyse.ts';
import { rank } from '../../src/core/ranking/rank.ts';
import { gatherCandidates } from '../../src/engine/candidates.ts';
import { openCorpus } from '../../src/engine/corpus.ts';
import { draftChunks } from '../../src/engine/draftFile.ts';
import { textsToEmbed, toUpdate } from '../../src/engine/fileUpdate.ts';
import { createBundledEmbedder } from '../../src/models/bundled.ts';
import { openStore } from '../../src/store/index.ts';
import type { FileUpdate } from '../../src/store/types.ts';
import { sourceFiles } from './corpus.ts';

const ROOT = join(import.meta.dirname, '../..');
const QUESTIONS = [
  'where is the cache invalidated',
  'parse command line options',
  'read a file line by line',
  'convert a value to a string',
  'how are errors reported to the user',
  'walk the syntax tree',
  'createServer',
  'normalize path separators',
  'compute the hash of a buffer',
  'retry a failed request',
];
const ROUNDS = 5;
const POOL = 120;
const args = process.argv.slice(2);
const folder = args.find((arg) => !arg.startsWith('--')) ?? join(ROOT, 'node_modules');
const sizes = args.includes('--large') ? [1000, 10_000, 100_000] : [1000, 10_000];

const embedder = createBundledEmbedder(readFileSync(join(ROOT, 'media/models/bundled-384-int4.bin')));
const chunker = await createChunker({ grammarDir: join(ROOT, 'dist/media/grammars') });
const { dimension, fusion } = embedder.info;

for (const size of sizes) {
  const dir = mkdtempSync(join(tmpdir(), 'query-bench-'));
  const store = await openStore({ dir, fingerprint: 'bench', dimension, write: true });
  let chunks = 0;
  let batch: FileUpdate[] = [];
  for (const { path, text } of sourceFiles(folder)) {
    const update = await updateOf(path, text);
    batch.push(update);
    chunks += update.chunks.length;
    if (batch.reduce((sum, { chunks: rows }) => sum + rows.length, 0) < 2000 && chunks < size) continue;
    await store.commit({ updates: batch, removed: [] });
    batch = [];
    if (chunks >= size) break;
  }
  await store.upkeep();
  const corpus = await openCorpus(dir, store, chunks);
  console.log(`${chunks} chunks`);
  const vectors = await Promise.all(QUESTIONS.map((question) => embedder.embed([question], 'query')));
  const vectorOf = (at: number): Float32Array => vectors[at] ?? new Float32Array(dimension);
  const tokensOf = (at: number): string => questionTokens(QUESTIONS[at] ?? '').join(' ');
  const search = async (at: number, mode: 'keyword' | 'hybrid', limit: number): Promise<{ clock: number; processor: number }> => {
    const question = QUESTIONS[at] ?? '';
    const questionVector = mode === 'keyword' ? null : ((await embedder.embed([question], 'query')) as Float32Array);
    const names = analyseQuestion(question).names;
    const pool = await gatherCandidates(store, {
      tokens: tokensOf(at),
      vector: questionVector,
      names,
      filter: {},
      symbol: '',
      places: [],
      conditional: false,
    });
    const before = process.cpuUsage();
    const startedAt = performance.now();
    const { names: known } = corpus;
    rank({
      question,
      ...pool,
      statistics: corpus.current(),
      questionVector,
      mode,
      rows: 'symbol',
      limit,
      fusion,
      names: known,
      without: new Set(),
    });
    const clock = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(before);
    return { clock, processor: (user + system) / 1000 };
  };
  const bare = await percentiles((at) =>
    Promise.all([store.searchChunksByText(tokensOf(at), POOL), store.searchChunksByVector(vectorOf(at), POOL)]),
  );
  const ranking: { clock: number; processor: number }[] = [];
  const keyword = await percentiles((at) => search(at, 'keyword', 10));
  const hybrid = await percentiles(async (at) => ranking.push(await search(at, 'hybrid', 10)));
  const explained = await percentiles((at) => search(at, 'hybrid', 50));
  row('the two bare store queries', bare, bare);
  row('keyword', keyword, bare);
  row('hybrid', hybrid, bare);
  row('hybrid, 50 rows with reasons', explained, bare);
  row('of these, the ranking stages', summary(ranking.map(({ clock }) => clock)), bare);
  row('the same in processor time', summary(ranking.map(({ processor }) => processor)), bare);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
}
// The parser's Wasm heap would keep the process for a while.
process.exit(0);

async function updateOf(path: string, text: string): Promise<FileUpdate> {
  const { chunks, tokens } = await draftChunks(chunker, path, text);
  const plain = chunks.map(({ chunk }) => chunk);
  const draft = {
    path,
    state: 'indexed' as const,
    size: text.length,
    mtimeMs: 0,
    hash: 'bench',
    language: languageOfPath(path),
    chunks,
    tokens,
    skeleton: fileSkeleton(plain, path),
  };
  const texts = textsToEmbed(draft);
  const flat = await embedder.embed(texts, 'document');
  return toUpdate(
    draft,
    texts.map((_, at) => flat.subarray(at * dimension, (at + 1) * dimension)),
  );
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

async function percentiles(work: (question: number) => Promise<unknown>): Promise<Percentiles> {
  for (let at = 0; at < QUESTIONS.length; at++) await work(at);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < QUESTIONS.length; at++) {
      const startedAt = performance.now();
      await work(at);
      times.push(performance.now() - startedAt);
    }
  }
  return summary(times);
}

function summary(times: readonly number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

function row(what: string, { p50, p95 }: Percentiles, floor: Percentiles): void {
  console.log(
    `  ${what.padEnd(32)} p50 ${p50.toFixed(1).padStart(7)} ms   p95 ${p95.toFixed(1).padStart(7)} ms   x ${(p50 / floor.p50).toFixed(2)} of the bare two`,
  );
}

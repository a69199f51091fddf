import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { RerankerEntry } from '../../src/core/modelCatalogue.ts';
import { LoadReranker, ReadPairs } from '../../src/engine/rerank/messages.ts';
import type { OpenReranker } from '../../src/inference/rerank/open.ts';
import { openSession } from '../../src/inference/session.ts';
import { toFeeds } from '../../src/inference/tensors.ts';
import { loadTokenizer } from '../../src/inference/tokenizer.ts';
import { findModel } from '../../src/models/catalogue.ts';
import { sourceFiles } from './corpus.ts';
import { comparedDelays, watchLoop } from './loop.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAIRS = 20;
const PAIR_TOKENS = 256;
const ROUNDS = 5;
const THREADS = 2;
const QUESTION = 'where are failed uploads retried';

interface Measured {
  readonly what: string;
  readonly bare: string;
  readonly ours: string;
  readonly ratio: string;
  readonly allowed: string;
}

/**
 * Rows of a table: twenty pairs through the rerank process against a bare `session.run`, what the asking thread feels of it, and the memory that
 * comes back. `model` is a folder as those of the fixtures; its graph may have the weights of a real size.
 */
export async function measureReranking(model: string): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quarry-bench-'));
  try {
    return await measure(folder, prepare(model, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder with the model's graph, and a tokenizer that knows words: a tiny one splits code into letters, which is less work a token. */
function prepare(model: string, folder: string): readonly string[] {
  for (const name of ['config.json', 'tokenizer_config.json']) cpSync(join(model, name), join(folder, name));
  symlinkSync(join(model, 'onnx'), join(folder, 'onnx'));
  const texts: string[] = [];
  for (const { text } of sourceFiles(join(ROOT, 'node_modules'))) if (text.length > 8000 && texts.push(text) === PAIRS) break;
  const tokenizer = JSON.parse(readFileSync(join(model, 'tokenizer.json'), 'utf8'));
  const vocabulary: Record<string, number> = tokenizer.model.vocab;
  const size = Object.keys(vocabulary).length;
  const words = new Set(
    texts
      .join('\n')
      .toLowerCase()
      .match(/[a-z]{2,}/g),
  );
  // Ids stay below the size of the smallest table: what a token means does not matter here.
  for (const [at, word] of [...words].entries()) vocabulary[word] ??= 5 + (at % (size - 5));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return texts.map((text) => text.slice(0, 3000));
}

async function measure(folder: string, documents: readonly string[]): Promise<readonly Measured[]> {
  const choices = [{ device: 'cpu', dtype: 'q8', graph: 'onnx/model.onnx' }] as const;
  const open: OpenReranker = {
    entry: findModel('cross-encoder/ms-marco-MiniLM-L-6-v2') as RerankerEntry,
    folder,
    choices,
    threads: THREADS,
  };
  // Everything that stays in this process is there before memory is looked at.
  const session = await openSession({ folder, choices, threads: THREADS, prove: () => Promise.resolve() });
  const tokenizer = await loadTokenizer(folder);
  const rows = documents.map((document) => tokenizer.encodePair(QUESTION, document, PAIR_TOKENS));
  const bare = async (): Promise<void> => {
    for (const row of rows) await session.run(toFeeds([row], session.inputs, tokenizer.padId), ['logits']);
  };
  const idle = await watchLoop(sleep(1000));
  await bare();
  const before = process.memoryUsage.rss() / 1e6;

  const child = fork(join(ROOT, 'dist/rerankProcess.mjs'), [], { execArgv: [], serialization: 'advanced' });
  const ended = once(child, 'exit');
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  const loading = await timed(() => connection.sendRequest(LoadReranker, open));
  const job = { question: QUESTION, documents, instruction: '', budgetMs: Number.POSITIVE_INFINITY };
  const ours = async (): Promise<void> => void (await connection.sendRequest(ReadPairs, job));
  const times: { readonly bare: number[]; readonly ours: number[] } = { bare: [], ours: [] };
  await ours();
  // In turns, so that a busy machine slows both down.
  for (let round = 0; round < ROUNDS; round += 1) {
    times.bare.push(await timed(bare));
    times.ours.push(await timed(ours));
  }
  const busy = await watchLoop(Promise.all([ours(), sleep(1000)]));
  const loaded = process.memoryUsage.rss() / 1e6 + (rssOf(child.pid) ?? Number.NaN);
  child.kill('SIGKILL');
  await ended;
  connection.dispose();
  await sleep(500);
  const after = process.memoryUsage.rss() / 1e6;
  await session.dispose();
  const lengths = rows.map(({ ids }) => ids.length);
  const pairs = `${rows.length} pairs of ${Math.min(...lengths)} to ${Math.max(...lengths)} tokens`;
  return [
    {
      what: `${pairs} through the rerank process (bare: session.run), median`,
      bare: `${median(times.bare).toFixed(0)} ms`,
      ours: `${median(times.ours).toFixed(0)} ms, least ${Math.min(...times.ours).toFixed(0)} ms`,
      ratio: (median(times.ours) / median(times.bare)).toFixed(2),
      allowed: '1000 ms on two cores',
    },
    { what: 'loading the reranker', bare: '-', ours: `${loading.toFixed(0)} ms`, ratio: '-', allowed: '-' },
    {
      what: "the asking thread's event loop while pairs are read, delay p99 (bare: idle)",
      ...comparedDelays(idle, busy),
      allowed: '+10 ms',
    },
    {
      what: 'memory after the reranker is released (bare: before it was loaded)',
      bare: `${before.toFixed(0)} MB`,
      ours: `${after.toFixed(0)} MB (loaded: ${loaded.toFixed(0)} MB)`,
      ratio: `${after >= before ? '+' : ''}${(after - before).toFixed(0)} MB`,
      allowed: '+50 MB',
    },
  ];
}

/** Memory of another process in MB, where the system tells (Linux). */
function rssOf(pid: number | undefined): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
  } catch {
    // Another system: then the figure is missing.
    return undefined;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

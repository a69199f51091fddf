import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { ImportModel } from '../../src/protocol/models.ts';
import type { SearchHit, SearchResponse } from '../../src/protocol/search.ts';
import { childrenOf } from '../runner/children.ts';
import { type Random, randomFrom } from './random.ts';
import { makeTree } from './tree.ts';

const DIST = join(import.meta.dirname, '../../dist');
const MODELS = join(import.meta.dirname, '../fixtures/models');
/** The tiny one that takes longest for its pairs. */
const MODEL = 'Qwen/Qwen3-Reranker-0.6B';
const RERANKS = 'rerankProcess';

/** After so many kills of one engine the next one would start safe mode, which has no rerankers. */
const ENGINE_KILLS_A_CLIENT = 2;
const LONGEST_DELAY_MS = 600;
/** What a process may still take when memory is short. */
const LITTLE_BYTES = 2_000_000;
const PAGE_BYTES = 4096;
const PATIENCE_MS = 30_000;
const CANDIDATES = 100;
/** Rows of the same score come in any order, so that the last ones of two answers may differ. */
const TIES = 5;

export interface RerankFaultOptions {
  /** An empty folder that the tree, the index and the model are made in. */
  readonly home: string;
  readonly seed: number;
  readonly faults: number;
  readonly say: (line: string) => void;
}

interface Scene {
  readonly client: EngineClient;
  readonly withdraw: () => void;
}

const SHORT_OF_MEMORY = 'no memory for the reranker';

/** What happens while questions are reranked. */
const FAULTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'the reranker killed': ({ client }) => harm(client, (pid) => process.kill(pid, 'SIGKILL')),
  'the reranker aborted': ({ client }) => harm(client, (pid) => process.kill(pid, 'SIGABRT')),
  [SHORT_OF_MEMORY]: ({ client }) => harm(client, allowLittle),
  'the engine killed': async ({ client }) => {
    const pid = client.pid();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  },
  'the questions withdrawn': async ({ withdraw }) => withdraw(),
};

/**
 * Asks questions that are reranked, kills what reranks them or takes its memory away at random moments, and looks that every question is
 * answered with the rows of retrieval, and with one sentence where they are not reranked; that the next question is reranked again; and
 * that the processes of an engine end with it. Throws an error that names the seed and the fault.
 */
export async function runRerankFaults({ home, seed, faults, say }: RerankFaultOptions): Promise<void> {
  const random = randomFrom(seed);
  const { folder } = makeTree(`${home}/tree`, 150, random);
  await makeModel(home);
  let client = await open(home, folder);
  let engineKills = 0;
  try {
    for (let fault = 1; fault <= faults; fault++) {
      const name = random.pick(Object.keys(FAULTS));
      const delay = random.below(LONGEST_DELAY_MS);
      try {
        const told = await once(client, random, name, delay, `${seed} ${fault}`);
        say(`fault ${fault} of ${faults}: ${name}, after ${delay} ms: ${told}`);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`seed ${seed}, fault ${fault} (${name}, after ${delay} ms): ${message}`);
      }
      if (name !== 'the engine killed' || ++engineKills % ENGINE_KILLS_A_CLIENT !== 0) continue;
      await client.stop();
      client = await open(home, folder);
    }
  } finally {
    await client.stop();
  }
}

async function once(client: EngineClient, random: Random, name: string, delay: number, salt: string): Promise<string> {
  const source = new CancellationTokenSource();
  // Scores of pairs are kept, so every question is a new one.
  const questions = Array.from({ length: 1 + random.below(3) }, (_, at) => `upload or token ${salt} ${at}`);
  const plain = await Promise.all(questions.map((question) => ask(client, question, false)));
  const asked = Promise.allSettled(questions.map((question) => ask(client, question, true, source.token)));
  await sleep(delay);
  const enginePid = client.pid();
  const rerankers = await childrenOf(enginePid, RERANKS);
  await FAULTS[name]?.({ client, withdraw: () => source.cancel() });
  const outcomes = (await asked).map((answer, at) => {
    if (answer.status === 'fulfilled') return checked(answer.value, plain[at]);
    if (!source.token.isCancellationRequested) throw new Error(`a question was not answered: ${answer.reason}`);
    return 'withdrawn';
  });
  // Memory is free again.
  if (name === SHORT_OF_MEMORY) await harm(client, (pid) => limitMemory(pid, 'unlimited'));
  const next = await ask(client, `and what is done after ${salt}`, true);
  if (next.metrics.fallback !== '') throw new Error(`the next question was not reranked: ${next.metrics.fallback}`);
  if (client.pid() !== enginePid) await ended(rerankers);
  return [...new Set(outcomes)].join(' ');
}

/** What became of a question; throws when a row is missing or the reason is no sentence. */
function checked({ hits, metrics }: SearchResponse, plain: SearchResponse | undefined): string {
  const places = new Set(hits.map(placeOf));
  const missing = plain?.hits.map(placeOf).filter((place) => !places.has(place)) ?? [];
  if (places.size !== CANDIDATES || missing.length > TIES)
    throw new Error(`a reranked answer has ${places.size} rows and lacks ${missing.join(', ') || 'none'} of the search`);
  if (metrics.fallback === '') return 'reranked.';
  if (!/^Not reranked: .+\.$/.test(metrics.fallback) || /\n| {4}at /.test(metrics.fallback))
    throw new Error(`no sentence for a person: ${metrics.fallback}`);
  return metrics.fallback;
}

const placeOf = ({ path, startLine }: SearchHit): string => `${path}:${startLine}`;

async function ask(client: EngineClient, query: string, rerank: boolean, token?: CancellationToken): Promise<SearchResponse> {
  const how = rerank ? { rerank: { model: MODEL, candidates: CANDIDATES } } : {};
  return client.request(Search, { query, mode: 'hybrid', limit: CANDIDATES, rows: 'symbol', filters: {}, ...how }, token);
}

/** Does something to the process that reranks, if there is one at this moment. */
async function harm(client: EngineClient, action: (pid: number) => void): Promise<void> {
  for (const pid of await childrenOf(client.pid(), RERANKS)) {
    try {
      action(pid);
    } catch {
      // It has ended meanwhile by itself.
    }
  }
}

/** From now on the process gets next to no more memory, whoever asks for it: V8, the model's arithmetic or the system. */
function allowLittle(pid: number): void {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[0]);
  limitMemory(pid, `${pages * PAGE_BYTES + LITTLE_BYTES}`);
}

/** The soft limit alone: nobody could raise a hard one again. */
function limitMemory(pid: number, bytes: string): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--as=${bytes}:`], { stdio: 'ignore' });
}

async function ended(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (const pid of pids) {
    while (existsSync(`/proc/${pid}`)) {
      if (Date.now() > deadline) throw new Error(`the reranker (process ${pid}) outlived its engine`);
      await sleep(20);
    }
  }
}

/** The tiny model under the names that the catalogue knows. */
async function makeModel(home: string): Promise<void> {
  await cp(join(MODELS, 'qwen3'), `${home}/model`, { recursive: true });
  await rename(`${home}/model/onnx/model.onnx`, `${home}/model/onnx/model_quantized.onnx`);
}

async function open(home: string, folder: string): Promise<EngineClient> {
  const models = { dir: `${home}/models`, offline: true, mirror: '' };
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false, models },
  });
  try {
    const params = { folder, indexDir: `${home}/index`, files: DEFAULT_FILE_SETTINGS, paused: false, index: true };
    await client.request(OpenFolder, params);
    await client.request(ImportModel, { id: MODEL, folder: `${home}/model` });
    await client.request(WaitForIndex, { folder });
    return client;
  } catch (error) {
    await client.stop();
    throw error;
  }
}

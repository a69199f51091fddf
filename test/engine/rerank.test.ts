import { cp, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { ImportModel } from '../../src/protocol/models.ts';
import { PrepareReranker, type RerankOptions } from '../../src/protocol/rerank.ts';
import type { SearchRequest, SearchResponse } from '../../src/protocol/search.ts';
import { childrenOf } from '../runner/children.ts';
import { makeFolder, quarry } from './cli.ts';
import { startedBy } from './processes.ts';

/** The built engine and command line with tiny rerankers, whose weights are random: what is proved is the way, not the quality. */

const DIST = join(import.meta.dirname, '../../dist');
const MODELS = join(import.meta.dirname, '../fixtures/models');
const CROSS = 'cross-encoder/ms-marco-MiniLM-L-6-v2';
const YES_NO = 'Qwen/Qwen3-Reranker-0.6B';
const QUESTION = 'read a json file';
const RERANKS = 'rerankProcess';

const FILES = Object.fromEntries(
  ['read', 'write', 'parse', 'sort', 'sum', 'list', 'search', 'error', 'string', 'query', 'code', 'http'].map((word, at) => [
    `src/${word}.ts`,
    `/** Can ${word} a json file. */\nexport function ${word}File(file: string) {\n${`  file = ${word}(file, ${at});\n`.repeat(at + 1)}  return file;\n}\n`,
  ]),
);

/** Further files, so that reranking all of them takes a while. */
const MORE = Object.fromEntries(
  Array.from({ length: 150 }, (_, at) => [
    `more/f${at}.ts`,
    `/** Reads file ${at}. */\nexport function readJson${at}() {\n${`  read(${at});\n`.repeat(60)}}\n`,
  ]),
);

let project: { folder: string; indexDir: string };
let large: { folder: string; indexDir: string };
beforeAll(async () => {
  project = await makeFolder(FILES);
  large = await makeFolder(MORE);
  for (const { folder, indexDir } of [project, large]) expect((await quarry(['index', folder, '--index-dir', indexDir])).code).toBe(0);
});

/** A folder with the files of a tiny model, under the names that the catalogue knows. */
async function modelFolder(kind: 'cross' | 'qwen3', change: (graph: Buffer) => Buffer = (graph) => graph): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-model-'));
  await cp(join(MODELS, kind), folder, { recursive: true });
  const graph = join(folder, 'onnx/model.onnx');
  await writeFile(graph, change(await readFile(graph)));
  // The catalogue knows no fp32 of the language model.
  if (kind === 'qwen3') await rename(graph, join(folder, 'onnx/model_quantized.onnx'));
  return folder;
}

async function engine({ folder, indexDir } = project) {
  const dir = await mkdtemp(join(tmpdir(), 'quarry-models-'));
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false, models: { dir, offline: true, mirror: '' } },
  });
  onTestFinished(() => client.stop());
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  await client.request(WaitForIndex, { folder });
  return { client, dir };
}

const ask = (rerank?: RerankOptions, query = QUESTION): SearchRequest => ({
  query,
  mode: 'hybrid',
  limit: 50,
  rows: 'symbol',
  filters: {},
  ...(rerank === undefined ? {} : { rerank }),
});

const places = ({ hits }: SearchResponse): readonly string[] => hits.map(({ path, startLine }) => `${path}:${startLine}`);

async function withModel(id: string, folder: string, of = project): Promise<{ readonly client: EngineClient; readonly dir: string }> {
  const opened = await engine(of);
  await opened.client.request(ImportModel, { id, folder });
  return opened;
}

describe('an installed reranker', () => {
  test.each([
    ['a cross-encoder', CROSS, 'cross'],
    ['a yes/no language model', YES_NO, 'qwen3'],
  ] as const)('%s puts the rows of retrieval into its order', async (_, id, kind) => {
    const { client } = await withModel(id, await modelFolder(kind));
    await client.request(PrepareReranker, { model: id });
    const plain = await client.request(Search, ask());
    expect(plain.metrics).toMatchObject({ reranker: '', candidates: 0, rerankMs: 0, fallback: '' });
    expect(plain.metrics.retrievalMs).toBeGreaterThan(0);
    const reranked = await client.request(Search, ask({ blend: 1 }));
    expect(reranked.metrics).toMatchObject({ reranker: id, device: 'cpu', candidates: plain.hits.length, fallback: '' });
    expect(reranked.metrics.rerankMs).toBeGreaterThan(0);
    expect([...places(reranked)].sort()).toEqual([...places(plain)].sort());
    const scores = reranked.hits.map((hit) => hit.reranked?.score ?? Number.NaN);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBeGreaterThan(scores.length / 2);
    for (const [to, { path, reranked: moved }] of reranked.hits.entries())
      expect(to + (moved?.moved ?? 0), path).toBe(places(plain).indexOf(places(reranked)[to] ?? ''));
    // With no weight of its own the order is that of retrieval.
    expect(places(await client.request(Search, ask({ blend: 0 })))).toEqual(places(plain));
  });

  test('leaves the places of a file that is asked for by its path, and code to compare with, as they are', async () => {
    const { client } = await withModel(CROSS, await modelFolder('cross'));
    const path = (await client.request(Search, ask())).hits[0]?.path ?? '';
    const plain = await client.request(Search, ask(undefined, path));
    const reranked = await client.request(Search, ask({ blend: 1 }, path));
    expect(reranked.metrics).toMatchObject({ candidates: 0, fallback: 'A path is not reranked.' });
    expect(places(reranked)).toEqual(places(plain));
    const similar = await client.request(Search, {
      ...ask({ blend: 1 }, ''),
      similarTo: { path, startLine: 1, endLine: 3, text: 'const a = 1;\n' },
    });
    expect(similar.metrics).toMatchObject({ candidates: 0, fallback: 'Similar code is not reranked.' });
  });

  test('the command line prints what it did', async () => {
    const { dir, client } = await withModel(CROSS, await modelFolder('cross'));
    await client.stop();
    const at = ['--index-dir', project.indexDir, '--models-dir', dir];
    const json = await quarry([
      'search',
      project.folder,
      QUESTION,
      '--rerank',
      CROSS,
      '--candidates',
      '10',
      '--limit',
      '12',
      '--json',
      ...at,
    ]);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const answer = JSON.parse(json.stdout);
    expect(answer.metrics).toMatchObject({ reranker: CROSS, device: 'cpu', candidates: 10, fallback: '' });
    expect(answer.results.map(({ reranked }: { reranked?: object }) => reranked !== undefined)).toEqual([
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
    // Every option that says how: with no weight the order is that of the search.
    const search = ['search', project.folder, QUESTION, '--json', ...at];
    const how = [
      '--rerank',
      CROSS,
      '--blend',
      '0',
      '--rerank-device',
      'cpu',
      '--rerank-dtype',
      'fp32',
      '--instruction',
      'find tests',
      '--budget',
      '60000',
    ];
    const paths = (outcome: { readonly stdout: string }): readonly string[] =>
      JSON.parse(outcome.stdout).results.map(({ path }: { path: string }) => path);
    expect(paths(await quarry([...search, ...how]))).toEqual(paths(await quarry(search)));
    const format = await quarry([...search, '--rerank', CROSS, '--rerank-dtype', 'q8']);
    expect(JSON.parse(format.stdout).metrics.fallback).toBe(`Not reranked: ${CROSS} is not installed in q8.`);
    const text = await quarry(['search', project.folder, QUESTION, '--rerank', '--explain', ...at]);
    expect(text.stdout).toMatch(/\(hybrid, reranked \d+ with ms-marco-MiniLM-L-6-v2 on CPU, [\d.]+ m?s\)/);
    expect(text.stdout).toMatch(/reread with the question by .* \[rerank\]/);
    expect(text.stdout).toMatch(/[↑↓]\d/);
  });

  test('reads only what fits a time budget, and leaves no row out', async () => {
    const { client } = await withModel(CROSS, await modelFolder('cross'));
    await client.request(PrepareReranker, {});
    const { metrics, hits } = await client.request(Search, ask({ budgetMs: 0.001 }));
    expect(metrics.candidates).toBeLessThan(2);
    expect(hits).toHaveLength((await client.request(Search, ask())).hits.length);
  });

  test('a question that is withdrawn does not hold up the next one', async () => {
    const { client } = await withModel(YES_NO, await modelFolder('qwen3'));
    const source = new CancellationTokenSource();
    const withdrawn = client.request(Search, ask({ candidates: 200 }, 'an older question'), source.token);
    const failed = expect(withdrawn).rejects.toThrow();
    source.cancel();
    await failed;
    expect((await client.request(Search, ask({}))).metrics).toMatchObject({ reranker: YES_NO, fallback: '' });
  });
});

describe('what does not work leaves the order of retrieval and one reason', () => {
  test.each([
    ['no reranker', {}, /^Not reranked: No reranker is installed; one for code is Alibaba-NLP\/gte-reranker-modernbert-base\.$/],
    ['an unknown one', { model: 'no/such' }, /^Not reranked: Quarry knows no reranker no\/such\.$/],
    ['one for servers', { model: 'nomic-ai/CodeRankLLM' }, /^Not reranked: nomic-ai\/CodeRankLLM runs on a chat server, and none is set: /],
    ['one that is not there', { model: YES_NO }, /^Not reranked: Qwen\/Qwen3-Reranker-0\.6B is not installed\.$/],
  ])('%s', async (_, options, reason) => {
    const { client } = await engine();
    const { hits, metrics } = await client.request(Search, ask(options));
    expect(hits.length).toBeGreaterThan(5);
    expect(metrics.fallback).toMatch(reason);
    expect(metrics.candidates).toBe(0);
  });

  const isNaNWeight = 0xff;
  test.each([
    ['a graph that is cut off', (graph: Buffer) => graph.subarray(0, graph.length / 2), /^Not reranked: .* could not be loaded: /],
    ['a graph of noise', (graph: Buffer) => Buffer.concat([graph.subarray(0, 8), Buffer.alloc(200_000, 7)]), /could not be loaded: /],
    // The table of words is the first and largest tensor of the graph.
    ['weights that are no numbers', (graph: Buffer) => graph.fill(isNaNWeight, 30_000, 34_000), /could not be loaded: .*|no number/],
  ])('%s', async (_, change, reason) => {
    const { client } = await withModel(CROSS, await modelFolder('cross', change));
    const plain = await client.request(Search, ask());
    const { hits, metrics } = await client.request(Search, ask({}));
    expect(hits).toEqual(plain.hits);
    expect(metrics.fallback).toMatch(reason);
    expect(metrics.fallback).not.toMatch(/\n| {4}at /);
    expect(metrics.candidates).toBe(0);
  });

  const onLinux = test.runIf(process.platform === 'linux');

  onLinux('a rerank process that is killed: the question is answered, and the next one is reranked', async () => {
    const { client } = await withModel(YES_NO, await modelFolder('qwen3'), large);
    const pid = client.pid();
    const asked = client.request(Search, ask({ candidates: 200 }));
    process.kill(await startedBy(() => pid, RERANKS), 'SIGKILL');
    const { hits, metrics } = await asked;
    expect(hits.length).toBeGreaterThan(5);
    expect(metrics.fallback).toBe(`Not reranked: the process of ${YES_NO} was killed by SIGKILL.`);
    // The engine itself has felt nothing.
    expect(client.pid()).toBe(pid);
    expect((await client.request(Search, ask({}))).metrics).toMatchObject({ reranker: YES_NO, fallback: '' });
  });

  onLinux('an engine that is killed while it reranks: the question is answered by the next one, and no process is left', async () => {
    const { client } = await withModel(YES_NO, await modelFolder('qwen3'), large);
    const pid = client.pid();
    const asked = client.request(Search, { ...ask({ candidates: 200 }), limit: 200 });
    const child = await startedBy(() => pid, RERANKS);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    expect((await asked).metrics).toMatchObject({ reranker: YES_NO, fallback: '' });
    await vi.waitFor(() => expect(client.pid()).not.toBe(pid), 30_000);
    await vi.waitFor(() => expect(() => process.kill(child, 0)).toThrow(), 30_000);
  });

  onLinux('a reranker that nobody uses leaves the memory', async () => {
    const { client } = await withModel(CROSS, await modelFolder('cross'));
    await client.request(Search, ask({ idleMinutes: 0.001 }));
    await vi.waitFor(async () => expect(await childrenOf(client.pid(), RERANKS)).toEqual([]), { timeout: 30_000, interval: 20 });
    expect((await client.request(Search, ask({}, 'another question'))).metrics).toMatchObject({ reranker: CROSS, fallback: '' });
    expect(await childrenOf(client.pid(), RERANKS)).toHaveLength(1);
  });
});

test.each([
  [['--candidates', '20'], /--candidates, --budget, .* go with --rerank\./],
  [['--rerank', '--candidates', '5'], /whole number from 10 to 200/],
  [['--rerank', '--candidates', 'many'], /whole number from 10 to 200/],
  [['--rerank', '--budget', '0'], /whole number/],
  [['--blend', '0.5'], /go with --rerank\./],
  [['--rerank', '--blend', '2'], /--blend.*It must be a number from 0 to 1\./],
  [['--rerank', '--blend', 'much'], /It must be a number from 0 to 1\./],
  [['--rerank', '--instruction', ' '], /It must be general, technical, code, qa, or words of your own\./],
  [['--rerank', '--rerank-device', 'tpu'], /--rerank-device.*auto, cpu, cuda, dml, coreml, webgpu/],
  [['--rerank', '--rerank-dtype', 'int1'], /--rerank-dtype.*auto, q8, fp16, fp32, q4, q4f16/],
])('bad options %j are one sentence', async (options, sentence) => {
  const { code, stderr } = await quarry(['search', project.folder, QUESTION, '--index-dir', project.indexDir, ...options]);
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EditorModels, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import type { ChatOptions } from '../../src/protocol/endpoints.ts';
import { OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { ConfigureModels } from '../../src/protocol/models.ts';
import type { RerankOptions } from '../../src/protocol/rerank.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';
import { type Asked, type Behaviour, sendJson, serveModel } from '../network/modelServer.ts';
import { makeFolder, quarry } from './cli.ts';

/** Reranking by a language model that orders a list: on a chat server, and in the editor. */

const DIST = join(import.meta.dirname, '../../dist');
const MODEL = 'nomic-ai/CodeRankLLM';
/** More than one window of files that all match the question; the last one is what the model likes. */
const FILES = Object.fromEntries(
  Array.from({ length: 14 }, (_, at) => [`src/retry${at}.ts`, `export function retryUpload${at}() {\n  return 'upload ${at}';\n}\n`]),
);
const LIKED = 'retryUpload13';

/** The answer of a model that wants one function first, whatever its number is. */
function orderOf(text: string): string {
  const shown = text.split('Query: ')[0] ?? '';
  const [, number = '1'] = new RegExp(`\\[(\\d+)\\] [^[]*${LIKED}`).exec(shown) ?? [];
  return `[${number}]`;
}

const promptOf = ({ body }: Asked): string => String((body.messages as readonly { readonly content: string }[])[1]?.content);
const liking: Behaviour = (asked, response) => sendJson(response, 200, { choices: [{ message: { content: orderOf(promptOf(asked)) } }] });

async function open(parts: { readonly chat?: Partial<ChatOptions>; readonly editorModels?: EditorModels }) {
  const { folder, indexDir } = await makeFolder(FILES);
  const models = join(folder, '..', 'models');
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: {
      mediaDir: join(DIST, 'media'),
      keywordOnly: false,
      models: { dir: models, offline: false, mirror: '' },
      chat: parts.chat && { url: '', model: 'm', key: '', timeoutMs: 20_000, ...parts.chat },
    },
    ...(parts.editorModels === undefined ? {} : { editorModels: parts.editorModels }),
  });
  onTestFinished(async () => {
    await client.stop();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  await client.request(WaitForIndex, { folder });
  const ask = (model: string | undefined, options: RerankOptions = {}): Promise<SearchResponse> =>
    client.request(Search, {
      query: 'retry the upload',
      mode: 'hybrid',
      limit: 14,
      rows: 'symbol',
      filters: {},
      ...(model === undefined ? {} : { rerank: { model, blend: 1, ...options } }),
    });
  const forbid = () => client.request(ConfigureModels, { dir: models, offline: true, mirror: '' });
  return { ask, forbid };
}

const symbols = ({ hits }: SearchResponse): readonly string[] => hits.map(({ symbol }) => symbol);

describe('a chat server', () => {
  test('orders the rows in windows from the bottom upwards, and what it likes rises to the top', async () => {
    const server = await serveModel(liking);
    const { ask } = await open({ chat: { url: server.url } });
    const before = await ask(undefined);
    const after = await ask(MODEL);
    expect(after.metrics).toMatchObject({ reranker: 'm', device: server.host, candidates: 14, fallback: '' });
    expect(symbols(after)[0]).toBe(LIKED);
    expect([...symbols(after)].sort()).toEqual([...symbols(before)].sort());
    expect(after.hits[0]?.why.find(({ signal }) => signal === 'rerank')?.detail).toMatch(/reread with the question by m/);
    expect(server.asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    expect(server.asked.map((asked) => promptOf(asked).match(/^\[\d+\] src/gm)?.length)).toEqual([10, 10]);
    await ask(MODEL);
    expect(server.asked, 'the same list is not asked about twice').toHaveLength(2);
  });

  test.each<[string, Behaviour, RegExp]>([
    ['an error', (_, response) => sendJson(response, 500, {}), /^Not reranked: HOST answered with an error \(500\)\.$/],
    [
      'prose',
      (_, response) => sendJson(response, 200, { choices: [{ message: { content: 'I like them all.' } }] }),
      /^Not reranked: m answered without an order/,
    ],
    [
      'half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
        response.write('{"choices": [{"mess');
        setImmediate(() => response.destroy());
        return true;
      },
      /^Not reranked: The connection to HOST was cut before the answer was there\.$/,
    ],
    [
      'a wish to be asked in an hour',
      (_, response) => sendJson(response, 429, {}, { 'retry-after': '3600' }),
      /^Not reranked: HOST had too many requests \(429\)\.$/,
    ],
    [
      'another shape',
      (_, response) => sendJson(response, 200, { choices: [{ message: { content: [1, 2] } }] }),
      /^Not reranked: HOST answered without a message\.$/,
    ],
    ['a web page', (_, response) => void response.end('<html></html>') === undefined, /^Not reranked: HOST answered with a web page/],
  ])('that answers with %s leaves the order of the search, with the reason', async (_, behave, expected) => {
    const server = await serveModel(behave);
    const { ask } = await open({ chat: { url: server.url } });
    const before = await ask(undefined);
    const after = await ask(MODEL);
    expect(symbols(after)).toEqual(symbols(before));
    expect(after.metrics.fallback).toMatch(new RegExp(expected.source.replace('HOST', server.host)));
  });

  test.each<[string, Behaviour]>([
    ['says nothing', () => true],
    [
      'drips its answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
        return true;
      },
    ],
  ])('that %s is left when its time is over, and asked again by the next question', async (_, behave) => {
    let isGood = false;
    const server = await serveModel((...asked) => (isGood ? liking(...asked) : behave(...asked)));
    const { ask } = await open({ chat: { url: server.url } });
    const before = await ask(undefined);
    const after = await ask(MODEL, { listMs: 300 });
    expect(symbols(after)).toEqual(symbols(before));
    expect(after.metrics).toMatchObject({ candidates: 0, fallback: 'Not reranked: m did not order the results within 0.3 seconds.' });
    isGood = true;
    expect(symbols(await ask(MODEL))[0]).toBe(LIKED);
  });

  test.each([
    ['twice and others that there are none of', '[14] > [3] > [3] > [99] > [1]', 3],
    ['one only', '[2]', 2],
  ])('that names %s is understood: every row stays in the list once', async (_, order, best) => {
    const server = await serveModel((__, response) => sendJson(response, 200, { choices: [{ message: { content: order } }] }));
    const { ask } = await open({ chat: { url: server.url } });
    const before = symbols(await ask(undefined));
    const after = symbols(await ask(MODEL, { candidates: 10 }));
    expect(after[0]).toBe(before[best - 1]);
    expect([...after].sort()).toEqual([...before].sort());
  });

  test('that is not set is said, and the offline setting forbids one that is', async () => {
    const unset = await open({});
    expect((await unset.ask(MODEL)).metrics.fallback).toMatch(/runs on a chat server, and none is set/);
    const server = await serveModel(liking);
    const { ask, forbid } = await open({ chat: { url: server.url } });
    await forbid();
    expect((await ask(MODEL)).metrics.fallback).toMatch(/offline setting forbids/);
    expect(server.asked).toEqual([]);
  });
});

describe("the editor's language models", () => {
  const editor = (ask: EditorModels['ask']): EditorModels => ({ describe: (model) => Promise.resolve(model === '' ? 'Any' : model), ask });

  test('order the rows through the face', async () => {
    const { ask } = await open({ editorModels: editor((_, { user }) => Promise.resolve(orderOf(user))) });
    const after = await ask('vscode.lm:big');
    expect(symbols(after)[0]).toBe(LIKED);
    expect(after.metrics).toMatchObject({ reranker: 'big', device: 'the editor', candidates: 14, fallback: '' });
  });

  test('are not asked when the offline setting forbids it, for they are elsewhere', async () => {
    let asked = 0;
    const counting = editor((_, { user }) => {
      asked++;
      return Promise.resolve(orderOf(user));
    });
    const { ask, forbid } = await open({ editorModels: counting });
    await forbid();
    expect((await ask('vscode.lm')).metrics.fallback).toMatch(/offline setting forbids/);
    expect(asked).toBe(0);
  });

  test('that do not answer, or are not there, leave the order of the search with the reason', async () => {
    const failing = await open({ editorModels: editor(() => Promise.reject(new Error('Big did not answer: quota exceeded'))) });
    expect((await failing.ask('vscode.lm')).metrics.fallback).toMatch(/^Not reranked: .*quota exceeded/);
    const none = await open({});
    expect((await none.ask('vscode.lm')).metrics.fallback).toMatch(/no editor here/);
  });
});

test('quarry search --rerank orders on the server of --chat', async () => {
  const server = await serveModel(liking);
  const { folder, indexDir } = await makeFolder(FILES);
  onTestFinished(() => rm(join(folder, '..'), { recursive: true, force: true }));
  const at = ['search', folder, 'retry the upload', '--index-dir', indexDir, '--limit', '14', '--rerank', MODEL];
  const { code, stdout } = await quarry([...at, '--chat', `qwen@${server.url}`, '--json']);
  expect(code).toBe(0);
  const results = JSON.parse(stdout).results as readonly {
    readonly symbol: string;
    readonly why: readonly { readonly detail: string }[];
  }[];
  const liked = results.find(({ symbol }) => symbol === LIKED);
  expect(liked?.why.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/reread with the question by qwen: 1\.000/));
  expect(server.asked[0]?.body.model).toBe('qwen');
  expect(await quarry([...at, '--chat', 'qwen'])).toMatchObject({ code: 2, stdout: '' });
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createEmbeddingServer, type EmbeddingServerOptions } from '../../src/network/embeddingServer.ts';
import { type Behaviour, DIMENSION, goodReply, sendJson, serveModel, vectorOf } from './modelServer.ts';

const KEY = 'sk-very-secret';
const never = new AbortController().signal;

async function setUp(behave?: Behaviour, options: Partial<EmbeddingServerOptions> = {}) {
  const server = await serveModel(behave);
  const client = createEmbeddingServer({
    choice: { api: 'openai', url: server.url, model: 'm' },
    key: KEY,
    queryPrefix: 'Q: ',
    documentPrefix: 'D: ',
    batch: 4,
    timeoutMs: 20_000,
    settings: () => ({ offline: false, proxy: '' }),
    firstWaitMs: 1,
    ...options,
  });
  return { server, client };
}

const sentenceOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it worked',
    (error: Error) => error.message,
  );

function sendText(response: ServerResponse, type: string, text: string): true {
  response.writeHead(200, { 'content-type': type }).end(text);
  return true;
}

function cutOff(request: IncomingMessage): true {
  request.socket.destroy();
  return true;
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `text number ${'abcdefghijklmnop'[at]}${at}`);

describe.each([
  ['openai', '/v1/embeddings'],
  ['ollama', '/api/embed'],
  ['tei', '/embed'],
] as const)('%s', (api, path) => {
  test('embeds in batches, in order, with the prefix of each side and the key as a bearer token', async () => {
    const plain = await serveModel();
    const { client, server } = await setUp(undefined, { choice: { api, url: plain.url, model: 'm' } });
    expect(server.asked).toEqual([]);
    const rows = await client.embed(texts(10), 'document', never);
    expect(plain.asked.map(({ texts: sent }) => sent.length)).toEqual([4, 4, 2]);
    expect(new Set(plain.asked.map(({ path: asked, key }) => `${asked} ${key}`))).toEqual(new Set([`${path} Bearer ${KEY}`]));
    rows.forEach((row, at) => {
      const given = vectorOf(`D: ${texts(10)[at]}`);
      const length = Math.hypot(...given);
      expect(row?.length).toBe(DIMENSION);
      for (const [column, value] of given.entries()) expect(row?.[column]).toBeCloseTo(value / length, 5);
    });
    await client.embed(['where'], 'query', never);
    expect(plain.asked.at(-1)?.texts).toEqual(['Q: where']);
    expect(client.dimension()).toBe(DIMENSION);
  });
});

describe('a server that misbehaves for a while is asked again', () => {
  const failures: Record<string, Behaviour> = {
    'an error': (_, response) => sendJson(response, 500, { error: 'CUDA out of memory' }),
    'too many requests': (_, response) => sendJson(response, 429, {}, { 'retry-after': '0' }),
    'JSON that is cut short': (asked, response) => {
      const text = JSON.stringify(goodReply(asked));
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, text.length / 2));
      return true;
    },
    'a connection that is cut in the answer': (asked, response, _, request) => {
      const text = JSON.stringify(goodReply(asked));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.write(text.slice(0, 20), () => request.socket.destroy());
      return true;
    },
    'a connection that is cut before the answer': (_, __, ___, request) => {
      request.socket.destroy();
      return true;
    },
    'too few vectors': (asked, response) => sendJson(response, 200, (goodReply({ ...asked, path: '/embed' }) as unknown[]).slice(1)),
    'vectors of another length': (asked, response) =>
      sendJson(
        response,
        200,
        asked.texts.map(() => [1, 2, 3]),
      ),
    'numbers that are none': (asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(`[${asked.texts.map(() => '[NaN, 1.0]').join()}]`);
      return true;
    },
  };
  test.each(Object.entries(failures))('%s', async (_, fail) => {
    const { client, server } = await setUp((...all) => all[2] <= 2 && fail(...all), { dimension: DIMENSION });
    const rows = await client.embed(texts(3), 'document', never);
    expect(rows.map((row) => row?.length)).toEqual([DIMENSION, DIMENSION, DIMENSION]);
    expect(server.asked).toHaveLength(3);
  });
});

describe('a server that goes on misbehaving gets one sentence with its name', () => {
  const cases: readonly (readonly [string, Behaviour, RegExp])[] = [
    ['500', (_, r) => sendJson(r, 500, { error: { message: 'out of memory' } }), /HOST answered with an error \(500\): out of memory\.$/],
    ['429', (_, r) => sendJson(r, 429, {}), /HOST had too many requests \(429\)\.$/],
    ['401', (_, r) => sendJson(r, 401, { error: `bad key ${KEY}` }), /HOST does not accept the key \(401\): set another one\.$/],
    [
      '404',
      (_, r) => sendJson(r, 404, { error: 'model "m" not found, try pulling it first' }),
      /HOST has no \/v1\/embeddings, or not this model \(404\): model "m" not found/,
    ],
    [
      'a redirect',
      (_, r) => sendJson(r, 302, {}, { location: 'https://elsewhere.example' }),
      /HOST sends requests on to another address \(302\)/,
    ],
    ['a web page', (_, r) => sendText(r, 'text/html', '<html>'), /HOST answered with a web page instead of JSON/],
    ['a web page that says it is JSON', (_, r) => sendText(r, 'application/json', '<!DOCTYPE html><p>'), /web page instead of JSON/],
    ['no vectors', (_, r) => sendJson(r, 200, { object: 'list' }), /HOST answered without vectors\.$/],
    ['wrong count', (_, r) => sendJson(r, 200, []), /HOST answered with 0 vectors for/],
    [
      'wrong dimension',
      (a, r) =>
        sendJson(
          r,
          200,
          a.texts.map(() => [1, 2]),
        ),
      /HOST answered with vectors of 2 numbers instead of 12\.$/,
    ],
    [
      'zeros',
      (a, r) =>
        sendJson(
          r,
          200,
          a.texts.map(() => new Array(DIMENSION).fill(0)),
        ),
      /HOST answered with a vector that is not usable/,
    ],
    ['cut', (_, __, ___, request) => cutOff(request), /connection to HOST was cut before the answer was there\.$/],
  ];
  test.each(cases)('%s', async (_, behave, expected) => {
    const { client, server } = await setUp(behave, { dimension: DIMENSION });
    for (const side of ['document', 'query'] as const) {
      const sentence = await sentenceOf(client.embed(texts(2), side, never));
      expect(sentence).toMatch(new RegExp(expected.source.replace('HOST', server.host)));
      expect(sentence).not.toContain(KEY);
      expect(sentence).not.toContain('\n');
    }
  });

  test('a key that the server repeats is hidden', async () => {
    const { client } = await setUp((_, response) => sendJson(response, 500, { error: `no such key: ${KEY}` }));
    expect(await sentenceOf(client.embed(['a'], 'query', never))).toMatch(/no such key: \*\*\*/);
  });

  test('one that is silent is left after the time it has', async () => {
    const { client, server } = await setUp(() => true, { timeoutMs: 2000 });
    expect(await sentenceOf(client.embed(['a'], 'query', never))).toBe(`${server.host} did not answer within 2 seconds.`);
    expect(server.asked).toHaveLength(2);
  });

  test('one that is not there', async () => {
    const { client } = await setUp(undefined, { choice: { api: 'tei', url: 'http://127.0.0.1:9', model: '' } });
    expect(await sentenceOf(client.embed(['a'], 'query', never))).toBe('127.0.0.1:9 could not be reached (ECONNREFUSED).');
  });
});

test('what the server asks to wait is waited', async () => {
  const times: number[] = [];
  const { client } = await setUp((_, response, count) => {
    times.push(performance.now());
    return count === 1 && sendJson(response, 429, {}, { 'retry-after': '1' });
  });
  await client.embed(texts(1), 'document', never);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(950);
});

test('the offline setting forbids it, and counts from the next request on', async () => {
  let offline = false;
  const { client, server } = await setUp(undefined, { settings: () => ({ offline, proxy: '' }) });
  await client.embed(['a'], 'query', never);
  offline = true;
  expect(await sentenceOf(client.embed(['a'], 'query', never))).toBe(
    `The offline setting forbids every connection, so ${server.host} was not asked.`,
  );
  expect(server.asked).toHaveLength(1);
});

test('a cancelled request ends at once, also in a wait', async () => {
  const controller = new AbortController();
  const { client } = await setUp((_, response) => sendJson(response, 429, {}, { 'retry-after': '600' }));
  const asked = sentenceOf(client.embed(['a'], 'document', controller.signal));
  controller.abort();
  expect(await asked).not.toBe('it worked');
});

describe('texts that a server cannot take', () => {
  test('one that makes the model fail costs no other text its vector', async () => {
    const { client } = await setUp(
      ({ texts: sent }, response) =>
        sent.some((text) => text.includes('poison')) && sendJson(response, 500, { error: 'unsupported value: NaN' }),
    );
    const rows = await client.embed(['one', 'two', 'poison', 'four'], 'document', never);
    expect(rows.map((row) => row !== null)).toEqual([true, true, false, true]);
  });

  test('one that is too long is embedded by its beginning', async () => {
    const { client, server } = await setUp(
      ({ texts: sent }, response) =>
        sent.some((text) => text.length > 1000) && sendJson(response, 400, { error: { message: 'maximum context length' } }),
    );
    const rows = await client.embed(['short', 'long '.repeat(1000)], 'document', never);
    expect(rows.map((row) => row?.length)).toEqual([DIMENSION, DIMENSION]);
    expect(Math.max(...(server.asked.at(-1)?.texts.map((text) => text.length) ?? []))).toBeLessThanOrEqual(1000);
  });

  test('a batch that is too large is halved', async () => {
    const { client } = await setUp(
      ({ texts: sent }, response) => sent.length > 2 && sendJson(response, 413, { error: 'batch size', error_type: 'validation' }),
    );
    expect((await client.embed(texts(4), 'document', never)).every((row) => row !== null)).toBe(true);
  });

  test('blank ones are not sent', async () => {
    const { client, server } = await setUp();
    expect((await client.embed(['a', '  '], 'document', never)).map((row) => row !== null)).toEqual([true, false]);
    expect(server.asked[0]?.texts).toEqual(['D: a']);
  });
});

test('a proxy of the settings is used', async () => {
  const proxy = await serveModel();
  const { client } = await setUp(undefined, {
    choice: { api: 'tei', url: 'http://models.invalid', model: '' },
    settings: () => ({ offline: false, proxy: proxy.url }),
  });
  expect((await client.embed(['a'], 'query', never))[0]?.length).toBe(DIMENSION);
  expect(proxy.asked.map(({ path }) => path)).toEqual(['http://models.invalid/embed']);
});

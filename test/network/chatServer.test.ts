import { expect, test } from 'vitest';
import { createChatServer } from '../../src/network/chatServer.ts';
import { type Behaviour, sendJson, serveModel } from './modelServer.ts';

const PROMPT = { system: 'Rank.', user: '[1] a\n\n[2] b' };
const never = new AbortController().signal;

async function setUp(behave: Behaviour, offline = false) {
  const server = await serveModel(behave);
  const client = createChatServer({
    url: `${server.url}/v1`,
    model: 'm',
    key: 'secret',
    timeoutMs: 20_000,
    settings: () => ({ offline, proxy: '' }),
    firstWaitMs: 1,
  });
  return { server, client };
}

const answer = (content: unknown): unknown => ({ choices: [{ message: { role: 'assistant', content } }] });

const sentenceOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it worked',
    (error: Error) => error.message,
  );

test('a prompt becomes the messages of a chat, and the answer its text', async () => {
  const { client, server } = await setUp((_, response) => sendJson(response, 200, answer('[2] > [1]')));
  expect(await client.ask(PROMPT, 50, never)).toBe('[2] > [1]');
  expect(server.asked).toMatchObject([
    {
      path: '/v1/chat/completions',
      key: 'Bearer secret',
      body: {
        model: 'm',
        temperature: 0,
        max_tokens: 50,
        messages: [
          { role: 'system', content: 'Rank.' },
          { role: 'user', content: '[1] a\n\n[2] b' },
        ],
      },
    },
  ]);
});

test('a failure that passes is asked again once', async () => {
  const { client, server } = await setUp((_, response, count) =>
    count === 1 ? sendJson(response, 503, { error: 'loading' }) : sendJson(response, 200, answer('[1]')),
  );
  expect(await client.ask(PROMPT, 50, never)).toBe('[1]');
  expect(server.asked).toHaveLength(2);
});

test.each<[string, Behaviour, RegExp]>([
  [
    'an error',
    (_, response) => sendJson(response, 500, { error: { message: 'out of memory' } }),
    /answered with an error \(500\): out of memory\.$/,
  ],
  ['no message', (_, response) => sendJson(response, 200, { choices: [] }), /answered without a message\.$/],
  ['a message that is no text', (_, response) => sendJson(response, 200, answer([1])), /answered without a message\.$/],
  [
    'an unknown model',
    (_, response) => sendJson(response, 404, { error: { message: 'model "m" not found' } }),
    /has no .*: model "m" not found\.$/,
  ],
])('%s is one sentence', async (_, behave, expected) => {
  const { client } = await setUp(behave);
  expect(await sentenceOf(client.ask(PROMPT, 50, never))).toMatch(expected);
});

test('the offline setting forbids it', async () => {
  const { client, server } = await setUp(() => false, true);
  expect(await sentenceOf(client.ask(PROMPT, 50, never))).toMatch(/^The offline setting forbids/);
  expect(server.asked).toEqual([]);
});

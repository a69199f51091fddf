import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLocal, parseEndpoint, requestAddress, whereCodeGoes } from '../../src/core/endpoints/address.ts';
import { embeddingBody, intoRequests, readEmbeddings } from '../../src/core/endpoints/embeddings.ts';

describe('the address of a model server', () => {
  test.each([
    ['http://localhost:8080', 'openai', 'http://localhost:8080/v1/embeddings'],
    ['https://api.example.com/v1', 'openai', 'https://api.example.com/v1/embeddings'],
    ['https://api.example.com/v1/', 'openai', 'https://api.example.com/v1/embeddings'],
    ['https://api.example.com/v1/embeddings', 'openai', 'https://api.example.com/v1/embeddings'],
    ['https://example.com/api/v3?tenant=1#x', 'openai', 'https://example.com/api/v3/embeddings?tenant=1'],
    ['http://localhost:11434', 'ollama', 'http://localhost:11434/api/embed'],
    ['http://gpu:8080/embed', 'tei', 'http://gpu:8080/embed'],
    ['http://localhost:11434/v1', 'chat', 'http://localhost:11434/v1/chat/completions'],
  ] as const)('%s for %s is %s', (url, use, expected) => expect(requestAddress(url, use).href).toBe(expected));

  test.each(['', 'localhost:8080', 'ftp://a.org', 'file:///etc/passwd'])('%s is refused with a sentence', (url) =>
    expect(() => requestAddress(url, 'openai')).toThrow(/begins with https:\/\/ or http:\/\//),
  );

  test('a password in it is refused and not repeated', () => {
    expect(() => requestAddress('https://me:secret@a.org', 'openai')).toThrow(/no password/);
    expect(() => requestAddress('x://me:secret@a.org', 'openai')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  test('says whether code leaves the machine, and to where', () => {
    expect(whereCodeGoes(new URL('https://api.example.com/v1'))).toBe('Code leaves this machine: it is sent to api.example.com.');
    expect(whereCodeGoes(new URL('http://gpu:80/v1'))).toMatch(/sent to gpu, not encrypted/);
    expect(whereCodeGoes(new URL('http://localhost:11434'))).toBe('Code is sent to a server on this machine (localhost:11434).');
    for (const local of ['http://127.0.0.1', 'http://[::1]:8', 'http://a.localhost']) expect(isLocal(new URL(local)), local).toBe(true);
    for (const remote of ['http://127.example.com', 'http://localhost.example.com']) expect(isLocal(new URL(remote)), remote).toBe(false);
  });

  test('is read from one word of the command line', () => {
    expect(parseEndpoint('ollama:nomic-embed-text:v1.5@http://h:1')).toEqual({
      api: 'ollama',
      model: 'nomic-embed-text:v1.5',
      url: 'http://h:1',
    });
    expect(parseEndpoint('tei:@https://h')).toEqual({ api: 'tei', model: '', url: 'https://h' });
    for (const text of ['nomic-ai/CodeRankEmbed', 'foo:m@http://h', 'ollama:m@h']) expect(parseEndpoint(text), text).toBeUndefined();
  });
});

describe('a reply with vectors', () => {
  const check = (reply: unknown, count: number, expected: RegExp, dimension?: number) =>
    expect(readEmbeddings(reply, count, dimension).problem).toMatch(expected);

  test('is understood in each of the three shapes, and brought to unit length', () => {
    const row = [3, 4];
    for (const reply of [[row], { embeddings: [row] }, { data: [{ index: 0, embedding: row }] }, { data: [{ embedding: row }] }])
      expect(readEmbeddings(reply, 1, 2).vectors).toEqual([Float32Array.from([0.6, 0.8])]);
  });

  test('is put in order', () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: [1, 0] },
    ];
    expect(readEmbeddings({ data }, 2, undefined).vectors?.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('is refused with what is wrong with it', () => {
    check({ error: 'no' }, 1, /without vectors/);
    check(null, 1, /without vectors/);
    check([[1, 2]], 2, /1 vectors for 2 texts/);
    check(
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
      2,
      /no vector/,
    );
    check({ data: [{ index: 7, embedding: [1] }] }, 1, /no vector/);
    check(
      [
        [1, 2],
        [1, 2, 3],
      ],
      2,
      /vectors of 3 numbers instead of 2/,
    );
    check([[1, 2]], 1, /vectors of 2 numbers instead of 768/, 768);
    check([[1, null]], 1, /not usable/);
    check([[0, 0]], 1, /not usable/);
    check([['1', '2']], 1, /not usable/);
    check([[1e200, 1e200]], 1, /not usable/);
    check([[]], 1, /no vector/);
  });

  test('whatever it is, never throws, and every vector has unit length', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.array(fc.array(fc.double(), { maxLength: 4 }), { maxLength: 4 })),
        fc.nat(4),
        (reply, count) => {
          const { vectors } = readEmbeddings(reply, count, undefined);
          for (const vector of vectors ?? []) expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
          if (vectors !== undefined) expect(vectors).toHaveLength(count);
        },
      ),
    );
  });
});

test('requests hold every text once, in order, within their bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 })), fc.integer({ min: 1, max: 5 }), (texts, most) => {
      const requests = intoRequests(texts, most, 30);
      expect(requests.flat()).toEqual([...texts.keys()]);
      for (const request of requests) {
        expect(request.length).toBeLessThanOrEqual(most);
        expect(request.length === 1 || request.reduce((sum, at) => sum + (texts[at] ?? '').length, 0) <= 30).toBe(true);
      }
    }),
  );
});

test('each protocol gets the body that it knows', () => {
  expect(embeddingBody({ api: 'openai', url: '', model: 'm' }, ['a'])).toEqual({ model: 'm', input: ['a'] });
  expect(embeddingBody({ api: 'ollama', url: '', model: 'm' }, ['a'])).toEqual({ model: 'm', input: ['a'], truncate: true });
  expect(embeddingBody({ api: 'tei', url: '', model: '' }, ['a'])).toEqual({ inputs: ['a'], normalize: true, truncate: true });
});

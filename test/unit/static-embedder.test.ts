import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { forEachSubtoken } from '../../src/core/subtokens.ts';
import { loadStaticEmbedder } from '../../src/models/staticEmbedder.ts';
import { vectorChecksum } from '../../tools/train-embedder/vectorChecksum.ts';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const bytes = new Uint8Array(readFileSync(path('media/models/bundled-384-int4.bin')));
const model = loadStaticEmbedder(bytes);

function tokensOf(text: string, most = 1000): string[] {
  const tokens: string[] = [];
  forEachSubtoken(text, most, (token) => tokens.push(token));
  return tokens;
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}

/** The model file with another header; the checksum covers the body alone. */
function withHeader(change: (header: Record<string, unknown>) => void): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, unknown>;
  change(header);
  const encoded = new TextEncoder().encode(JSON.stringify(header));
  const result = new Uint8Array(8 + encoded.length + bytes.length - 8 - length);
  result.set(bytes.subarray(0, 4));
  new DataView(result.buffer).setUint32(4, encoded.length, true);
  result.set(encoded, 8);
  result.set(bytes.subarray(8 + length), 8 + encoded.length);
  return result;
}

describe('forEachSubtoken', () => {
  it.each([
    ['parse_HTTPRequest2', ['parse', 'http', 'request', 'request2', '2']],
    ['URLs of HTTPServer', ['urls', 'of', 'http', 'server']],
    ['utf8 x86_64', ['utf', 'utf8', '8', 'x', 'x86', '86', '64']],
    ['2024 123456', ['2024', '0']],
    ['naïve Größe', ['naïve', 'größe']],
    [' ._- ', []],
  ])('splits %j', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });

  it('passes over runs that are too long to be names', () => {
    expect(tokensOf(`a ${'x'.repeat(65)} b ${'y'.repeat(64)}`)).toEqual(['a', 'b', 'y'.repeat(64)]);
  });

  it('gives no more tokens than asked for', () => {
    for (let most = 0; most < 8; most += 1)
      expect(tokensOf('utf8 sha256 oneTwo', most)).toEqual(tokensOf('utf8 sha256 oneTwo').slice(0, most));
  });

  it('agrees with the tokens that the model was trained on', () => {
    const fixture = JSON.parse(readFileSync(path('test/fixtures/subtokens.json'), 'utf8')) as { text: string; tokens: string[] }[];
    for (const { text, tokens } of fixture) expect(tokensOf(text)).toEqual(tokens);
  });
});

describe('the bundled embedder', () => {
  it('gives the golden vectors to the last bit', () => {
    const golden = JSON.parse(readFileSync(path('test/fixtures/golden-vectors.json'), 'utf8')) as {
      id: string;
      dimension: number;
      vectors: { text: string; first: number[]; checksum: string }[];
    };
    expect([model.id, model.dimension]).toEqual([golden.id, golden.dimension]);
    for (const { text, first, checksum } of golden.vectors) {
      const vector = model.embed(text);
      expect([...vector.subarray(0, 8)]).toEqual(first);
      expect(vectorChecksum(vector)).toBe(checksum);
    }
  });

  it('gives unit vectors, and zero for a text without words', () => {
    const vector = model.embed('read the configuration file');
    expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    expect(model.embed(' ... ').every((value) => value === 0)).toBe(true);
    expect(model.embed('').every((value) => value === 0)).toBe(true);
  });

  it('gives the same vector whatever was embedded before, into a given array or a new one', () => {
    const first = model.embed('open a socket and wait for a connection');
    const other = loadStaticEmbedder(bytes);
    for (let index = 0; index < 300; index += 1) other.embed(`someUnseenIdentifier${index} zzyqx${index}vwk ${'word '.repeat(index)}`);
    const out = new Float32Array(model.dimension);
    expect(other.embed('open a socket and wait for a connection', out)).toBe(out);
    expect(out).toEqual(first);
  });

  it('cuts a long text after a thousand tokens, inside an identifier if need be', () => {
    expect(model.embed(`a ${'oneTwo '.repeat(600)}`)).toEqual(model.embed(`a ${'oneTwo '.repeat(499)} one`));
  });

  it('counts the words that open a text for more than those after them', () => {
    const rest = 'add the value of every row to the sum and give back what came of it, '.repeat(4);
    const socket = model.embed('socket');
    const opening = cosine(socket, model.embed(`socket ${rest}`));
    expect(opening).toBeGreaterThan(cosine(socket, model.embed(`${rest} socket`)) + 0.05);
    // Within the first eight words the order of words that make no pair makes no difference.
    expect(model.embed('violin socket gravity')).toEqual(model.embed('gravity violin socket'));
  });

  it('passes over data', () => {
    expect(model.embed(`read ${'deadbeef'.repeat(50)} file`)).toEqual(model.embed('read file'));
  });

  it('refuses an output of the wrong length', () => {
    expect(() => model.embed('x', new Float32Array(3))).toThrow(/must hold/);
  });

  it('knows what belongs together', () => {
    const question = model.embed('remove a directory and everything in it');
    const right = model.embed(
      'function rmrf(path) { for (const f of fs.readdirSync(path)) fs.unlinkSync(join(path, f)); fs.rmdirSync(path); }',
    );
    const wrong = model.embed('function average(values) { return values.reduce((a, b) => a + b, 0) / values.length; }');
    expect(cosine(question, right)).toBeGreaterThan(cosine(question, wrong) + 0.1);
  });

  it('makes something of words it has never seen, from their pieces', () => {
    const unseen = model.embed('websocketreconnectpolicyholder');
    expect(cosine(unseen, unseen)).toBeCloseTo(1, 5);
    expect(cosine(unseen, model.embed('websocket reconnect policy'))).toBeGreaterThan(0.5);
  });

  it('reads the file from any place in a larger buffer', () => {
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(loadStaticEmbedder(larger.subarray(3)).embed('hello world')).toEqual(model.embed('hello world'));
  });
});

describe('a damaged model file', () => {
  const flipped = bytes.slice();
  flipped[flipped.length - 100] = (flipped[flipped.length - 100] as number) ^ 1;
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /does not begin with the right mark/],
    ['another kind of file', new TextEncoder().encode('PK\u0003\u0004 something else'), /does not begin with the right mark/],
    ['a cut header', bytes.subarray(0, 40), /header is cut off/],
    ['a cut body', bytes.subarray(0, bytes.length - 8), /bytes where/],
    ['a flipped bit', flipped, /checksum does not match/],
    ['a header that is not JSON', withBrokenJson(), /not JSON/],
    ['no id', withHeader((header) => delete header.id), /names no id/],
    ['a dimension that is no number', withHeader((header) => Object.assign(header, { dimension: 'x' })), /dimension/],
    ['rows of other bits', withHeader((header) => Object.assign(header, { bits: 3 })), /4 bits/],
    ['a later version', withHeader((header) => Object.assign(header, { version: 2 })), /format version 2; this version reads 1/],
    ['too many words', withHeader((header) => Object.assign(header, { words: 1 })), /bytes where/],
  ])('says what is wrong: %s', (_, file, message) => {
    expect(() => loadStaticEmbedder(file)).toThrow(message);
  });

  function withBrokenJson(): Uint8Array {
    const copy = bytes.slice();
    copy[8] = 0x5b;
    return copy;
  }
});

import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { chunkEmbeddingText, chunkTokens, fileSkeleton, fileTokens, fileVector } from '../../src/core/documents.ts';

const HEAD: Chunk = {
  symbol: '',
  kind: 'rest',
  startLine: 1,
  endLine: 2,
  part: 0,
  doc: '',
  names: [],
  text: '// Talks to the server.\nimport x;',
};
const RETRY: Chunk = {
  symbol: 'Uploader.retryAll',
  kind: 'method',
  startLine: 4,
  endLine: 6,
  part: 0,
  doc: 'Tries failed uploads again.\n\nNot public.',
  names: ['attempt'],
  text: 'retryAll() {\n  queue.drain();\n}',
};
const PATH = 'src/net/uploader.ts';

function counts(tokens: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const token of tokens.split(' ')) found.set(token, (found.get(token) ?? 0) + 1);
  return found;
}

describe('tokens', () => {
  it('repeats path and names in a chunk, and has its body once', () => {
    const found = counts(chunkTokens(RETRY, PATH));
    expect(found.get('net')).toBe(5);
    expect(found.get('=retryall')).toBe(6);
    expect(found.get('attempt')).toBe(5);
    expect(found.get('drain')).toBe(1);
    expect(found.get('')).toBeUndefined();
  });

  it('repeats path, names and docs in a file', () => {
    const found = counts(fileTokens([HEAD, RETRY], PATH).file);
    expect(found.get('net')).toBe(4);
    expect(found.get('=retryall')).toBe(3);
    expect(found.get('fail')).toBe(1);
    expect(found.get('server')).toBe(1);
  });
});

it('embeds path, name, symbol, doc and code, cut at a length', () => {
  const text = chunkEmbeddingText(RETRY, PATH);
  for (const part of [PATH, 'uploader ', 'Uploader.retryAll', 'Tries failed uploads', 'queue.drain']) expect(text).toContain(part);
  expect(text.split('Uploader.retryAll')).toHaveLength(4);
  expect(chunkEmbeddingText({ ...RETRY, text: 'x'.repeat(1e6) }, PATH).length).toBeLessThanOrEqual(8000);
});

it('sums a file up in its path, header comment, names and first doc lines', () => {
  const skeleton = fileSkeleton([HEAD, RETRY], PATH);
  for (const part of [PATH, 'Talks to the server.', 'retryAll', 'attempt', 'Tries failed uploads again.']) expect(skeleton).toContain(part);
  for (const part of ['import', 'drain', 'Not public', 'Uploader.']) expect(skeleton).not.toContain(part);
});

describe('fileVector', () => {
  it('weighs chunks by the root of their length and has length 1', () => {
    const vector = fileVector(
      [
        { ...HEAD, text: 'x'.repeat(16) },
        { ...RETRY, text: 'x'.repeat(9) },
      ],
      [Float32Array.of(1, 0), Float32Array.of(0, 1)],
    );
    expect([...(vector ?? [])].map((value) => value.toFixed(3))).toEqual(['0.800', '0.600']);
  });

  it('is null without vectors and zero for wordless chunks', () => {
    expect(fileVector([], [])).toBeNull();
    expect([...(fileVector([HEAD], [Float32Array.of(0, 0)]) ?? [])]).toEqual([0, 0]);
  });
});

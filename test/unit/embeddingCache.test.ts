import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbedSide } from '../../src/core/embedder.ts';
import { withCache as openCache } from '../../src/engine/embeddingCache.ts';
import { openEmbeddingFiles } from '../../src/engine/embeddingFiles.ts';
import type { EmbedService } from '../../src/engine/embedService.ts';

/** Vectors outlive an index: what was embedded once is not embedded again. */

const DIMENSION = 8;
let dir = '';
const opened: { close(): Promise<void> }[] = [];
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-vectors-'));
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

function withCache(...args: Parameters<typeof openCache>): EmbedService {
  const cache = openCache(...args);
  opened.push(cache);
  return cache;
}

/** A vector that halves hold exactly, other for each text of another length. */
function vectorOf(text: string): readonly number[] {
  return Array.from({ length: DIMENSION }, (_, column) => (column === text.length % DIMENSION ? 1 : 0));
}

function countingService(revision = '1'): EmbedService & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    info: {
      id: 't',
      revision,
      dimension: DIMENSION,
      maxTokens: 1,
      device: 'cpu',
      dtype: 'q8',
      fusion: { form: 'convex', keyword: 1, dense: 1 },
    },
    embed: (texts: readonly string[], side: EmbedSide) => {
      asked.push(...texts.map((text) => `${side} ${text}`));
      return Promise.resolve(Float32Array.from(texts.flatMap((text) => (text === 'refused' ? vectorOf('').map(() => 0) : vectorOf(text)))));
    },
  };
}

const rows = (vectors: Float32Array): number[][] =>
  Array.from({ length: vectors.length / DIMENSION }, (_, row) => [...vectors.slice(row * DIMENSION, (row + 1) * DIMENSION)]);

const files = (): string[] =>
  fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => fs.statSync(path.join(dir, name)).isFile());

const options = () => ({ dir, limitBytes: 1_000_000 });

describe('the embedding cache', () => {
  test('asks for every text once, in this process and in the next', async () => {
    const first = countingService();
    const cache = withCache(first, options());
    expect(rows(await cache.embed(['a', 'bb', 'a'], 'document'))).toEqual(['a', 'bb', 'a'].map(vectorOf));
    expect(first.asked).toEqual(['document a', 'document bb']);
    await cache.embed(['bb'], 'document');
    expect(first.asked).toHaveLength(2);

    const second = countingService();
    const answer = await withCache(second, options()).embed(['ccc', 'bb', 'a'], 'document');
    expect(rows(answer)).toEqual(['ccc', 'bb', 'a'].map(vectorOf));
    expect(second.asked).toEqual(['document ccc']);
  });

  test('keeps neither questions nor what was refused, and nothing for another embedder', async () => {
    const service = countingService();
    const cache = withCache(service, options());
    await cache.embed(['a'], 'query');
    await cache.embed(['a'], 'query');
    await cache.embed(['refused'], 'document');
    await cache.embed(['refused', 'a'], 'document');
    expect(service.asked).toEqual(['query a', 'query a', 'document refused', 'document refused', 'document a']);
    const other = countingService('2');
    await withCache(other, options()).embed(['a'], 'document');
    expect(other.asked).toEqual(['document a']);
  });

  test('takes a damaged record and a torn end for texts that were never embedded', async () => {
    await withCache(countingService(), options()).embed(['a', 'bb', 'ccc'], 'document');
    const [name = ''] = files();
    const file = path.join(dir, name);
    const bytes = fs.readFileSync(file);
    const recordBytes = bytes.length / 3;
    bytes.fill(0xff, recordBytes + 16, 2 * recordBytes);
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 3));
    const service = countingService();
    expect(rows(await withCache(service, options()).embed(['a', 'bb', 'ccc'], 'document'))).toEqual(['a', 'bb', 'ccc'].map(vectorOf));
    expect(service.asked).toEqual(['document bb', 'document ccc']);
  });

  test('embeds all the same where nothing can be kept', async () => {
    const blocked = path.join(dir, 'file');
    fs.writeFileSync(blocked, '');
    const answer = await withCache(countingService(), { dir: blocked, limitBytes: 1000 }).embed(['a'], 'document');
    expect(rows(answer)).toEqual([vectorOf('a')]);
  });
});

describe('its files', () => {
  const recordBytes = 16 + 2 * DIMENSION;
  const key = (n: number): string => String(n).padStart(16, '0');
  const halves = Uint16Array.from({ length: DIMENSION }, (_, at) => at);

  test('take no more than they may: those used longest ago go, of other embedders too', async () => {
    const limit = 4 * recordBytes;
    const old = await openEmbeddingFiles(dir, path.join(dir, 'old'), DIMENSION, limit, recordBytes);
    for (const n of [1, 2, 3]) await old.append([{ key: key(n), halves }]);
    await old.close();
    for (const [at, name] of files().sort().entries()) fs.utimesSync(path.join(dir, name), at + 1, at + 1);
    const again = await openEmbeddingFiles(dir, path.join(dir, 'old'), DIMENSION, limit, recordBytes);
    expect(await again.read(key(1))).toEqual(halves);
    await again.close();

    const next = await openEmbeddingFiles(dir, path.join(dir, 'new'), DIMENSION, limit, recordBytes);
    for (const n of [4, 5, 6]) await next.append([{ key: key(n), halves }]);
    await next.close();
    const left = await openEmbeddingFiles(dir, path.join(dir, 'old'), DIMENSION, limit, recordBytes);
    // The first was used just now, so the second had to go.
    expect(await left.read(key(1))).toEqual(halves);
    expect(await left.read(key(2))).toBeUndefined();
    await left.close();
    expect(files().reduce((sum, name) => sum + fs.statSync(path.join(dir, name)).size, 0)).toBeLessThanOrEqual(limit + recordBytes);
  });

  test('are written by several processes at a time without loss', async () => {
    const folder = path.join(dir, 'shared');
    const [a, b] = await Promise.all([1, 2].map(() => openEmbeddingFiles(dir, folder, DIMENSION, 1_000_000)));
    await Promise.all([0, 1, 2, 3].flatMap((n) => [a?.append([{ key: key(n), halves }]), b?.append([{ key: key(n + 10), halves }])]));
    await Promise.all([a?.close(), b?.close()]);
    const all = await openEmbeddingFiles(dir, folder, DIMENSION, 1_000_000);
    for (const n of [0, 1, 2, 3, 10, 11, 12, 13]) expect(await all.read(key(n)), String(n)).toEqual(halves);
    await all.close();
  });
});

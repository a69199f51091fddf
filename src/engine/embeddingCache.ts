import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readHalves, writeHalves } from '../core/float16.ts';
import type { EmbeddingCacheOptions } from '../protocol/models.ts';
import { type EmbeddingFiles, KEY_BYTES, openEmbeddingFiles } from './embeddingFiles.ts';
import type { EmbedService } from './embedService.ts';
import { embedderKey } from './fingerprint.ts';

/** Texts whose vectors are written at once: what a killed process may lose. */
const TEXTS_A_WRITE = 64;
/** A kept vector whose length is this far from 1 was damaged on the disk. */
const TOLERANCE = 0.01;

/**
 * The embedder with a memory: a text that was ever embedded by it, in any workspace, branch or clone, costs no model time again.
 * Questions are not kept. Vectors are kept in half precision, as the index keeps them.
 */
export function withCache(service: EmbedService, { dir, limitBytes }: EmbeddingCacheOptions): EmbedService & { close(): Promise<void> } {
  const { dimension } = service.info;
  const name = createHash('sha256').update(embedderKey(service.info)).digest('hex').slice(0, 16);
  let opened: Promise<EmbeddingFiles | undefined> | undefined;
  // A folder that cannot be used costs time and nothing else.
  const files = (): Promise<EmbeddingFiles | undefined> =>
    (opened ??= openEmbeddingFiles(dir, join(dir, name), dimension, limitBytes).catch(() => undefined));

  return {
    ...service,
    async embed(texts, side, token, urgent) {
      const cache = side === 'document' ? await files() : undefined;
      if (cache === undefined) return service.embed(texts, side, token, urgent);
      const rows = new Float32Array(texts.length * dimension);
      /** Text -> rows that want its vector; what occurs twice is embedded once. */
      const missing = new Map<string, number[]>();
      for (const [row, text] of texts.entries()) {
        const known = await kept(cache, text, dimension);
        if (known !== undefined) rows.set(known, row * dimension);
        else missing.set(text, [...(missing.get(text) ?? []), row]);
      }
      const wanted = [...missing];
      for (let at = 0; at < wanted.length && token?.isCancellationRequested !== true; at += TEXTS_A_WRITE) {
        const part = wanted.slice(at, at + TEXTS_A_WRITE);
        const vectors = await service.embed(
          part.map(([text]) => text),
          side,
          token,
          urgent,
        );
        part.forEach(([, places], index) => {
          for (const row of places) rows.set(vectors.subarray(index * dimension, (index + 1) * dimension), row * dimension);
        });
        await keep(cache, part, vectors, dimension);
      }
      return rows;
    },
    close: async () => (await opened)?.close(),
  };
}

async function kept(cache: EmbeddingFiles, text: string, dimension: number): Promise<Float32Array | undefined> {
  const halves = await cache.read(keyOf(text)).catch(() => undefined);
  if (halves === undefined) return undefined;
  const vector = readHalves(halves, 0, dimension);
  return Math.abs(lengthOf(vector) - 1) < TOLERANCE ? vector : undefined;
}

async function keep(
  cache: EmbeddingFiles,
  texts: readonly (readonly [string, readonly number[]])[],
  vectors: Float32Array,
  dimension: number,
): Promise<void> {
  const entries = texts.flatMap(([text], index) => {
    const vector = vectors.subarray(index * dimension, (index + 1) * dimension);
    // What was cancelled or refused is zero.
    if (Math.abs(lengthOf(vector) - 1) >= TOLERANCE) return [];
    const halves = new Uint16Array(dimension);
    writeHalves(vector, halves, 0);
    return [{ key: keyOf(text), halves }];
  });
  // A full disk must not stop the indexing: the vectors are there, only not kept.
  await cache.append(entries).catch(() => undefined);
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest().toString('latin1', 0, KEY_BYTES);
}

function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

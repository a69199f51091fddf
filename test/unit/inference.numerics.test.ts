import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EmbedSide } from '../../src/core/embedder.ts';
import { openEmbedder } from '../../src/inference/embedder.ts';
import { loadTokenizer } from '../../src/inference/tokenizer.ts';
import { embedderEntry, MAIN, MODELS, tinyEmbedder } from './inference.model.ts';

/** The whole pipeline against vectors of an implementation that shares nothing with it: `fixtures/models/reference.py`. */

interface Reference {
  readonly side: EmbedSide;
  readonly text: string;
  readonly tokens: number;
  readonly cls: readonly number[];
  readonly mean: readonly number[];
}
const references: readonly Reference[] = JSON.parse(fs.readFileSync(path.join(MODELS, 'reference.json'), 'utf8'));

const cosine = (a: ArrayLike<number>, b: readonly number[]): number => b.reduce((sum, value, at) => sum + value * (a[at] ?? 0), 0);

/** Lowest cosine over all texts between what is embedded and what the reference has. */
async function lowestCosine(pooling: 'cls' | 'mean'): Promise<number> {
  const embedder = await openEmbedder(tinyEmbedder({ dtypes: { cpu: 'fp32' }, pooling }));
  expect(embedder.info.dtype).toBe('fp32');
  let lowest = 1;
  for (const { side, text, [pooling]: expected } of references) {
    lowest = Math.min(lowest, cosine(await embedder.embed([text], side), expected));
  }
  await embedder.dispose();
  return lowest;
}

describe('the pipeline of CodeRankEmbed', () => {
  test('cuts texts into the same number of tokens', async () => {
    const tokenizer = await loadTokenizer(path.join(MODELS, 'nomic'));
    const { queryPrefix } = embedderEntry(MAIN);
    expect(references.length).toBeGreaterThan(10);
    for (const { side, text, tokens } of references) {
      expect(tokenizer.encode((side === 'query' ? queryPrefix : '') + text, 8192).ids, text).toHaveLength(tokens);
    }
  });

  test('gives the same vectors from the first token', async () => expect(await lowestCosine('cls')).toBeGreaterThan(0.9999));
  test('gives the same vectors from the mean', async () => expect(await lowestCosine('mean')).toBeGreaterThan(0.9999));
});

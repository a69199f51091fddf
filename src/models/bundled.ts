import type { Embedder } from '../core/embedder.ts';
import { BUNDLED_FUSION } from './bundledFusion.ts';
import { loadStaticEmbedder } from './staticEmbedder.ts';

/** Its file in `media/models`. */
export const BUNDLED_FILE = 'bundled-384-int4.bin';

/**
 * The embedder that is in the package: works from the first second, without a download.
 * Its input is cut by the tokenizer, so `maxTokens` is a bound and not a window.
 */
export function createBundledEmbedder(bytes: Uint8Array): Embedder {
  const model = loadStaticEmbedder(bytes);
  return {
    info: {
      id: 'bundled',
      revision: model.id,
      dimension: model.dimension,
      maxTokens: 1000,
      device: 'cpu',
      dtype: 'int4',
      fusion: BUNDLED_FUSION,
    },
    step: 64,
    embed: (texts) => {
      const out = new Float32Array(texts.length * model.dimension);
      texts.forEach((text, row) => {
        model.embed(text, out.subarray(row * model.dimension, (row + 1) * model.dimension));
      });
      return Promise.resolve(out);
    },
  };
}

import { logitScore } from '../../core/rerank/scores.ts';
import type { ModelSession } from '../session.ts';
import { toFeeds } from '../tensors.ts';
import type { Encoded, Tokenizer } from '../tokenizer.ts';

/** Scores of pairs by a cross-encoder: the sigmoid of its one logit a pair. */
export async function crossEncoderScores(
  session: ModelSession,
  tokenizer: Tokenizer,
  rows: readonly Encoded[],
): Promise<readonly number[]> {
  const { logits } = await session.run(toFeeds(rows, session.inputs, tokenizer.padId), ['logits']);
  if (logits?.data.length !== rows.length) {
    throw new Error(`its graph gives ${(logits?.data.length ?? 0) / rows.length} numbers a pair, and a reranker of this kind gives one`);
  }
  return [...logits.data].map(logitScore);
}

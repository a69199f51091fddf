import { logitScore, yesNoScore } from '../../core/rerank/scores.ts';
import type { ModelSession } from '../session.ts';
import { type Output, toFeeds } from '../tensors.ts';
import type { Encoded, Tokenizer } from '../tokenizer.ts';

const LOGITS = 'logits';
/** How exports call the class of a document that answers the question. */
const RELEVANT = /^(1|label_1|yes|true|relevant|positive|entailment)$/i;

/**
 * Scores of pairs by a cross-encoder: the sigmoid of its one logit a pair, or the share of the second class (or the one whose name says
 * that it is the relevant one) where it has two. An output that is no logits and lies between 0 and 1 is taken for scores.
 */
export async function crossEncoderScores(
  session: ModelSession,
  tokenizer: Tokenizer,
  rows: readonly Encoded[],
  labels: readonly string[],
): Promise<readonly number[]> {
  const output = session.outputs.includes(LOGITS) ? LOGITS : (session.outputs[0] ?? LOGITS);
  const { [output]: given } = await session.run(toFeeds(rows, session.inputs, tokenizer.padId), [output]);
  const data = [...(given as Output).data];
  const each = data.length / rows.length;
  if (each === 1) {
    const areScores = output !== LOGITS && data.every((value) => value >= 0 && value <= 1);
    return areScores ? data : data.map(logitScore);
  }
  if (each !== 2) throw new Error(`its graph gives ${each} numbers a pair, and a reranker of this kind gives one or two`);
  const named = labels.findIndex((label) => RELEVANT.test(label));
  const relevant = named === 0 ? 0 : 1;
  return rows.map((_, row) => yesNoScore(data[row * 2 + relevant] ?? Number.NaN, data[row * 2 + 1 - relevant] ?? Number.NaN));
}

import type { PromptTemplate } from '../../core/modelCatalogue.ts';
import { instructionText, promptParts } from '../../core/rerank/prompt.ts';
import { logitScore, yesNoScore } from '../../core/rerank/scores.ts';
import type { ModelSession } from '../session.ts';
import { type Feeds, toFeeds } from '../tensors.ts';
import type { Encoded, Tokenizer } from '../tokenizer.ts';
import type { Pair } from './pairReader.ts';

/** Exports that can leave the logits of earlier tokens out take their number here. */
const KEEP = 'num_logits_to_keep';

/** Tokens of the prompt around what is filled in. */
export function frameTokens(template: PromptTemplate, tokenizer: Tokenizer): number {
  const { head, tail } = promptParts(template, { instruction: '', question: '', document: '' });
  return tokenizer.tokensOf(head).length + tokenizer.tokensOf(tail).length;
}

/** The tokens of the prompt; the document is cut, what follows it never is. */
export function encodePrompt(template: PromptTemplate, tokenizer: Tokenizer, pair: Pair, maxTokens: number): Encoded {
  const { head, tail } = promptParts(template, { ...pair, instruction: instructionText(template, pair.instruction) });
  const end = tokenizer.tokensOf(tail);
  const ids = [...tokenizer.tokensOf(head).slice(0, Math.max(0, maxTokens - end.length)), ...end];
  return { ids, typeIds: ids.map(() => 0) };
}

/** The ids of the two answers. Throws for a vocabulary that lacks one. */
export function answerIds(template: PromptTemplate, tokenizer: Tokenizer): { readonly yes: number; readonly no: number } {
  const yes = tokenizer.idOf(template.yes);
  const no = tokenizer.idOf(template.no);
  if (yes === undefined || no === undefined) throw new Error('its vocabulary has no yes and no');
  return { yes, no };
}

/** True for an export that gives logits for the last position only: rows of different length cannot share a batch then. */
export function keepsLastOnly(session: ModelSession): boolean {
  return session.inputs.some(({ name }) => name === KEEP);
}

/**
 * Scores of pairs by a language model: the softmax over its yes and its no at the last real token. Rows are padded on the right; padding
 * on the left moves the scores of exports with grouped-query attention by up to .005.
 */
export async function yesNoScores(
  session: ModelSession,
  tokenizer: Tokenizer,
  rows: readonly Encoded[],
  answers: { readonly yes: number; readonly no: number },
): Promise<readonly number[]> {
  const inputs = session.inputs.filter(({ name }) => name !== KEEP);
  const feeds: Feeds = toFeeds(rows, inputs, tokenizer.padId);
  const keep: Feeds = keepsLastOnly(session) ? { [KEEP]: { type: 'int64', data: new BigInt64Array([1n]), dims: [] } } : {};
  const { logits } = await session.run({ ...feeds, ...keep }, ['logits']);
  const [count = 0, positions = 0, vocabulary = 0] = logits?.dims ?? [];
  const longest = rows.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  if (logits === undefined || count !== rows.length) throw new Error('its graph gives no logits');
  // Such a graph reads the last column, which is padding in the shorter rows.
  if (positions !== longest && rows.some(({ ids }) => ids.length !== longest)) {
    const scores: number[] = [];
    for (const row of rows) scores.push(...(await yesNoScores(session, tokenizer, [row], answers)));
    return scores;
  }
  const { yes, no } = answersIn(vocabulary, answers);
  return rows.map(({ ids }, row) => {
    const position = positions === longest ? ids.length - 1 : positions - 1;
    const at = (row * positions + position) * vocabulary;
    return no === undefined
      ? logitScore(logits.data[at] ?? Number.NaN)
      : yesNoScore(logits.data[at + yes] ?? Number.NaN, logits.data[at + no] ?? Number.NaN);
  });
}

/** Columns of the two answers. Some exports keep nothing of the vocabulary but a no and a yes, or the difference of the two. */
function answersIn(
  vocabulary: number,
  answers: { readonly yes: number; readonly no: number },
): { readonly yes: number; readonly no?: number } {
  if (vocabulary === 1) return { yes: 0 };
  if (vocabulary === 2) return { yes: 1, no: 0 };
  if (vocabulary <= Math.max(answers.yes, answers.no)) throw new Error('its graph gives no logits over its vocabulary');
  return answers;
}

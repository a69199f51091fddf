import type { ListwiseForm } from '../modelCatalogue.ts';

/** Reranking with a language model that reads several documents at once and answers with their order. */

/** What a chat model is told: `system` sets the task, `user` holds the question and the documents. */
export interface ListwisePrompt {
  readonly system: string;
  readonly user: string;
}

/** Sizes that CodeRankLLM was published with; `top` is a bound, not a wish. */
export const LISTWISE: ListwiseForm = { window: 10, step: 5, top: 100, documentTokens: 1024 };

/** Code has about this many characters a token; a document is cut where it surely is long enough. */
const CHARACTERS_A_TOKEN = 3.2;
const QUESTION_CHARACTERS = 2000;

/**
 * The prompt for one window, in the words that CodeRankLLM was trained with. Documents are numbered from 1 and cut to their bound at the
 * end of a line.
 */
export function listwisePrompt(question: string, documents: readonly string[], documentTokens: number): ListwisePrompt {
  const asked = harmless(question.slice(0, QUESTION_CHARACTERS).replace(/\s+/g, ' ').trim());
  const shown = documents.map((document, at) => `[${at + 1}] ${harmless(cutDocument(document, documentTokens))}`);
  const count = documents.length;
  const example = count > 3 ? '[4] > [2]' : '[2] > [1]';
  return {
    system: 'You are CodeRanker, an intelligent code reviewer that can rank code snippets based on their relevance to a query.',
    user: [
      `I will provide you with ${count} code snippets, each indicated by a numerical identifier []. `,
      `Rank the code snippets based on their relevance to the following query: ${asked}\n\n`,
      `${shown.join('\n\n')}\n\n`,
      `Query: ${asked}\nRank the ${count} code snippets above based on their relevance to the query. All the code snippets should be `,
      'included and listed using identifiers, in descending order of relevance. The output format should be [] > [], ',
      `e.g., ${example}. Only respond with the ranking results, do not say any word or explain.`,
    ].join(''),
  };
}

function cutDocument(document: string, tokens: number): string {
  const most = Math.floor(tokens * CHARACTERS_A_TOKEN);
  if (document.length <= most) return document;
  const line = document.lastIndexOf('\n', most);
  return document.slice(0, line > most / 2 ? line : most);
}

/** A file that holds the marks of a chat must not speak for the model. */
function harmless(text: string): string {
  return text.replaceAll('<|', '< |');
}

const CHAIN = /\[\d{1,4}\](?:\s*[>,]\s*\[\d{1,4}\])*/g;

/**
 * The order in an answer, as positions from 0, best first: always each of `count` once. Numbers that were not asked about are dropped,
 * repeated ones count where they come first, and missing ones follow in their old order. Undefined when the answer holds no order.
 */
export function parseOrder(answer: string, count: number): readonly number[] | undefined {
  // A model that thinks aloud may name numbers on the way.
  const said = answer.replace(/<think>[\s\S]*?(<\/think>|$)/g, '');
  const chains = said.match(CHAIN) ?? [];
  const longest = chains.reduce((best, chain) => (numbersIn(chain).length > numbersIn(best).length ? chain : best), '');
  const order = new Set(numbersIn(longest).filter((number) => number >= 1 && number <= count));
  if (order.size === 0) return undefined;
  for (let number = 1; number <= count; number++) order.add(number);
  return [...order].map((number) => number - 1);
}

function numbersIn(chain: string): readonly number[] {
  return (chain.match(/\d+/g) ?? []).map(Number);
}

/** First positions of the windows over `count` documents, from the bottom upwards; the last one starts at 0. */
export function windowStarts(count: number, { window, step }: Pick<ListwiseForm, 'window' | 'step'>): readonly number[] {
  if (count < 2) return [];
  const starts: number[] = [];
  for (let start = Math.max(0, count - window); ; start = Math.max(0, start - Math.max(1, step))) {
    starts.push(start);
    if (start === 0) return starts;
  }
}

export interface ListwiseOutcome {
  /** Positions that were shown to the model or stand above such, best first; what is below them was left as it is. */
  readonly order: readonly number[];
  readonly windows: number;
  /** Windows whose answer held no order; they stayed as they were. */
  readonly unread: number;
}

/**
 * Moves a window over the documents from the bottom upwards, so that what is good rises to the top. `ask` gets the positions in a window
 * and gives the model's answer; when it rejects, so does this. `fitting` says before each window how many of those that are left may still
 * be asked about: where that is fewer, the lowest are left out.
 */
export async function rankListwise(
  count: number,
  form: Pick<ListwiseForm, 'window' | 'step'>,
  ask: (positions: readonly number[]) => Promise<string>,
  fitting: (left: number) => number = (left) => left,
): Promise<ListwiseOutcome> {
  const order = Array.from({ length: count }, (_, at) => at);
  const starts = windowStarts(count, form);
  let [windows, unread, reached] = [0, 0, count];
  for (let at = 0; at < starts.length; at++) {
    const left = starts.length - at;
    const may = Math.max(1, Math.min(left, fitting(left)));
    if (may < left) at = starts.length - may;
    const start = starts[at] ?? 0;
    if (may < left) reached = Math.min(count, start + form.window);
    const positions = order.slice(start, start + form.window);
    const inWindow = parseOrder(await ask(positions), positions.length);
    windows += 1;
    if (inWindow === undefined) unread += 1;
    else order.splice(start, positions.length, ...inWindow.map((place) => positions[place] as number));
  }
  return { order: order.slice(0, reached), windows, unread };
}

import { createHash } from 'node:crypto';
import type { ListwiseForm } from '../../core/modelCatalogue.ts';
import { LISTWISE, type ListwisePrompt, listwisePrompt, rankListwise } from '../../core/rerank/listwise.ts';
import type { Reranker } from '../../core/rerank/reranker.ts';
import { placeScores } from '../../core/rerank/scores.ts';
import { findModel } from '../../models/catalogue.ts';
import type { NetworkSettings } from '../../network/open.ts';
import type { ChatOptions } from '../../protocol/endpoints.ts';
import { EDITOR_MODEL } from '../../protocol/rerank.ts';
import { abortable, seconds } from '../waiting.ts';
import type { RerankerChoice } from './reranking.ts';

/** What rerankers that run elsewhere need: a server that the person has set, or the language models of the editor. */
export interface Elsewhere {
  readonly chat: () => ChatOptions | undefined;
  readonly network: () => NetworkSettings;
  readonly editor: EditorModels;
  /** Milliseconds that a window took last, by the key of the model: what fits the time is known from then on. */
  readonly pace: Map<string, number>;
}

export interface EditorModels {
  /** Name of the model that will answer; rejects with one sentence when there is none. */
  describe(model: string): Promise<string>;
  ask(model: string, prompt: ListwisePrompt, signal: AbortSignal): Promise<string>;
}

/** Tokens of an answer: `[100] > ` for each document of a window, with room to spare. */
const TOKENS_A_DOCUMENT = 8;
/** A model that thinks aloud before it answers gets some room for that. */
const TOKENS_OF_THOUGHT = 400;

type Ask = (prompt: ListwisePrompt, mostTokens: number, signal: AbortSignal) => Promise<string>;

interface ListwiseParts {
  readonly id: string;
  readonly device: string;
  readonly form: ListwiseForm;
  readonly ask: Ask;
  /** See `Elsewhere`. */
  readonly key: string;
  readonly pace: Map<string, number>;
}

/**
 * A language model that orders a list, as a reranker: within the time of a job as much of its top as fits, by what a window took. A newer
 * question drops it between two windows.
 */
export function createListwise({ id, device, form, ask, key, pace }: ListwiseParts): Reranker {
  return {
    info: { id, kind: 'listwise', device, dtype: 'server' },
    async rerank({ question, documents, budgetMs }, signal) {
      const count = Math.min(documents.length, form.top);
      const until = performance.now() + budgetMs;
      const late = Number.isFinite(budgetMs) ? AbortSignal.timeout(budgetMs) : new AbortController().signal;
      const either = AbortSignal.any([signal, late]);
      const fitting = (left: number): number => {
        const ms = pace.get(key);
        return ms === undefined ? left : Math.floor((until - performance.now()) / ms);
      };
      const askOne = async (positions: readonly number[]): Promise<string> => {
        if (signal.aborted) throw new Error('A newer question came.');
        const startedAt = performance.now();
        const shown = positions.map((at) => documents[at] ?? '');
        const answer = ask(
          listwisePrompt(question, shown, form.documentTokens),
          shown.length * TOKENS_A_DOCUMENT + TOKENS_OF_THOUGHT,
          either,
        );
        const text = await abortable(answer, either);
        pace.set(key, performance.now() - startedAt);
        return text;
      };
      const { order, windows, unread } = await rankListwise(count, form, askOne, fitting).catch((error: unknown) => {
        throw late.aborted && !signal.aborted ? new Error(`${id} did not order the results within ${seconds(budgetMs)}.`) : error;
      });
      if (windows > 0 && unread === windows) throw new Error(`${id} answered without an order such as [2] > [1].`);
      return placeScores(order, documents.length);
    },
  };
}

/** The reranker of this id when it runs elsewhere; undefined for one that runs here. Throws one sentence when it cannot be asked. */
export async function chooseElsewhere(model: string, { chat, network, editor, pace }: Elsewhere): Promise<RerankerChoice | undefined> {
  if (model === EDITOR_MODEL || model.startsWith(`${EDITOR_MODEL}:`)) {
    const wanted = model.slice(EDITOR_MODEL.length + 1);
    const name = await editor.describe(wanted);
    const ask: Ask = (prompt, _, signal) => editor.ask(wanted, prompt, signal);
    const key = `${EDITOR_MODEL} ${name}`;
    const reranker = createListwise({ id: name, device: 'the editor', form: LISTWISE, ask, key, pace });
    return { id: name, key, reads: 'list', ready: () => Promise.resolve(reranker) };
  }
  const entry = findModel(model);
  if (entry?.role !== 'reranker' || entry.kind !== 'listwise') return undefined;
  const options = chat();
  if (options === undefined) throw new Error(`${entry.id} runs on a chat server, and none is set: quarry.chat.url, or --chat.`);
  const { createChatServer } = await import('../../network/chatServer.ts');
  const server = createChatServer({ ...options, settings: network });
  const id = options.model === '' ? entry.id : options.model;
  const key = createHash('sha256')
    .update(JSON.stringify([server.url.href, options.model, entry.id]))
    .digest('hex');
  const reranker = createListwise({ id, device: server.url.host, form: entry.listwise ?? LISTWISE, ask: server.ask, key, pace });
  return { id, key, reads: 'list', ready: () => Promise.resolve(reranker) };
}

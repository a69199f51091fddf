import { requestAddress } from '../core/endpoints/address.ts';
import type { ListwisePrompt } from '../core/rerank/listwise.ts';
import { withBackoff } from './backoff.ts';
import { NetworkError } from './errors.ts';
import type { NetworkSettings } from './open.ts';
import { createPost } from './post.ts';

export interface ChatServerOptions {
  readonly url: string;
  readonly model: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly settings: () => NetworkSettings;
  /** First wait between two attempts, in milliseconds; for tests. */
  readonly firstWaitMs?: number;
}

export interface ChatServer {
  readonly url: URL;
  /** The text of one answer. Throws a `NetworkError` with one sentence. */
  ask(prompt: ListwisePrompt, mostTokens: number, signal: AbortSignal): Promise<string>;
}

/** A person waits for it, and the order of retrieval is there already. */
const ATTEMPTS = 2;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 2000;

/** An OpenAI-compatible chat server, as Ollama, llama.cpp and vLLM are. Opens no connection before the first question. */
export function createChatServer(options: ChatServerOptions): ChatServer {
  const url = requestAddress(options.url, 'chat');
  const post = createPost(url);
  return {
    url,
    ask(prompt, mostTokens, signal) {
      const body = {
        ...(options.model === '' ? {} : { model: options.model }),
        messages: [
          { role: 'system', content: prompt.system },
          { role: 'user', content: prompt.user },
        ],
        // The same question gets the same order.
        temperature: 0,
        max_tokens: mostTokens,
        stream: false,
      };
      const once = async (): Promise<string> => {
        const reply = await post(body, { settings: options.settings(), key: options.key, signal, timeoutMs: options.timeoutMs });
        const text = answerIn(reply);
        if (text === undefined) throw new NetworkError('bad-answer', `${url.host} answered without a message.`);
        return text;
      };
      const firstMs = options.firstWaitMs ?? FIRST_WAIT_MS;
      return withBackoff(once, { attempts: ATTEMPTS, firstMs, longestMs: LONGEST_WAIT_MS, signal });
    },
  };
}

/** `choices[0].message.content`, read from an object of any shape. */
function answerIn(reply: unknown): string | undefined {
  const choices = member(reply, 'choices');
  const content = member(member(Array.isArray(choices) ? choices[0] : undefined, 'message'), 'content');
  return typeof content === 'string' ? content : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

import type { EmbedSide } from '../core/embedder.ts';
import { type EndpointChoice, requestAddress } from '../core/endpoints/address.ts';
import { embeddingBody, intoRequests, readEmbeddings } from '../core/endpoints/embeddings.ts';
import { type BackoffOptions, withBackoff } from './backoff.ts';
import { NetworkError } from './errors.ts';
import type { NetworkSettings } from './open.ts';
import { createPost } from './post.ts';

export interface EmbeddingServerOptions {
  readonly choice: EndpointChoice;
  readonly key: string;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Texts in one request. */
  readonly batch: number;
  /** For a request with documents; a question has `QUESTION_MS`. */
  readonly timeoutMs: number;
  /** Where it is known from before: vectors of another length are refused. */
  readonly dimension?: number | undefined;
  /** Asked before each request, because the person may forbid it at any time. */
  readonly settings: () => NetworkSettings;
  /** Waits between attempts, in milliseconds; for tests. */
  readonly firstWaitMs?: number;
}

/** Vectors of length 1, a row a text; null for a text that the server cannot embed although it embeds others. */
export type EmbeddedTexts = readonly (Float32Array | null)[];

export interface EmbeddingServer {
  readonly url: URL;
  /** Numbers in a vector; undefined until a reply has told. */
  dimension(): number | undefined;
  /** Throws a `NetworkError` with one sentence. */
  embed(texts: readonly string[], side: EmbedSide, signal: AbortSignal): Promise<EmbeddedTexts>;
}

/** Characters in one request: some servers take 32,000 tokens at once and no more. */
const REQUEST_CHARACTERS = 60_000;
const DOCUMENTS = { attempts: 5, longestMs: 60_000 } as const;
/** A person waits for a question, and keywords answer it as well. */
const HALVES = { attempts: 3, longestMs: 10_000 } as const;
const QUESTION = { attempts: 2, longestMs: 1000 } as const;
const QUESTION_MS = 8000;
const FIRST_WAIT_MS = 500;
/** A text that is too long for the model is cut to this share of its length, again and again, down to the least length. */
const CUT = 0.5;
const LEAST_CHARACTERS = 500;
/** Embedded to find out whether a server that fails on some texts works at all. */
const PLAIN_TEXT = 'function add(a, b) { return a + b }';

/** A server of embeddings: requests in batches, tried again, their replies checked. Opens no connection before the first text. */
export function createEmbeddingServer(options: EmbeddingServerOptions): EmbeddingServer {
  const url = requestAddress(options.choice.url, options.choice.api);
  const post = createPost(url);
  let dimension = options.dimension;

  async function once(texts: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<readonly Float32Array[]> {
    const body = embeddingBody(options.choice, texts);
    const reply = await post(body, { settings: options.settings(), key: options.key, signal, timeoutMs });
    const { vectors, problem } = readEmbeddings(reply, texts.length, dimension);
    if (problem !== undefined) throw new NetworkError('bad-answer', `${url.host} ${problem}.`, { transient: true });
    dimension ??= vectors[0]?.length;
    return vectors;
  }

  const backoff = (lane: Pick<BackoffOptions, 'attempts' | 'longestMs'>, signal: AbortSignal) => ({
    ...lane,
    firstMs: options.firstWaitMs ?? FIRST_WAIT_MS,
    signal,
  });

  async function documents(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    try {
      return await withBackoff(() => once(texts, options.timeoutMs, signal), backoff(DOCUMENTS, signal));
    } catch (error) {
      if (!isAboutTheTexts(error)) throw error;
      // Servers answer 500 for a text that their model makes NaN of. If plain text fails too, it is not the texts.
      if (error.code !== 'refused') {
        await once([PLAIN_TEXT], options.timeoutMs, signal).catch(() => {
          throw error;
        });
      }
      return apart(texts, signal, error);
    }
  }

  /** Halves a batch until the texts stand alone that the server cannot take. */
  async function apart(texts: readonly string[], signal: AbortSignal, error: NetworkError): Promise<EmbeddedTexts> {
    const [only = ''] = texts;
    if (texts.length === 1) return [await shorter(only, signal, error)];
    const middle = Math.ceil(texts.length / 2);
    const rows: (Float32Array | null)[] = [];
    for (const half of [texts.slice(0, middle), texts.slice(middle)]) {
      try {
        rows.push(...(await withBackoff(() => once(half, options.timeoutMs, signal), backoff(HALVES, signal))));
      } catch (failure) {
        if (!isAboutTheTexts(failure)) throw failure;
        rows.push(...(await apart(half, signal, failure)));
      }
    }
    return rows;
  }

  /** A text that is refused is tried with its beginning only. One that is never taken has no vector, if the server takes others. */
  async function shorter(text: string, signal: AbortSignal, error: NetworkError): Promise<Float32Array | null> {
    for (let length = text.length * CUT; length >= LEAST_CHARACTERS; length *= CUT) {
      try {
        return (await once([text.slice(0, length)], options.timeoutMs, signal))[0] ?? null;
      } catch (failure) {
        if (!isAboutTheTexts(failure)) throw failure;
      }
    }
    await once([PLAIN_TEXT], options.timeoutMs, signal).catch(() => {
      throw error;
    });
    return null;
  }

  return {
    url,
    dimension: () => dimension,
    async embed(texts, side, signal) {
      const prefix = side === 'query' ? options.queryPrefix : options.documentPrefix;
      // Blank texts are refused by some servers and answered with nothing by others.
      const places = [...texts.keys()].filter((at) => (texts[at] ?? '').trim() !== '');
      const wanted = places.map((at) => prefix + texts[at]);
      const rows: (Float32Array | null)[] = new Array(texts.length).fill(null);
      for (const request of intoRequests(wanted, options.batch, REQUEST_CHARACTERS)) {
        const some = request.map((at) => wanted[at] ?? '');
        const vectors =
          side === 'query'
            ? await withBackoff(() => once(some, Math.min(QUESTION_MS, options.timeoutMs), signal), backoff(QUESTION, signal))
            : await documents(some, signal);
        request.forEach((at, row) => {
          rows[places[at] ?? 0] = vectors[row] ?? null;
        });
      }
      return rows;
    },
  };
}

/** Failures that other texts, or shorter ones, might not meet. */
function isAboutTheTexts(error: unknown): error is NetworkError {
  return error instanceof NetworkError && (error.code === 'refused' || error.code === 'server' || error.code === 'bad-answer');
}

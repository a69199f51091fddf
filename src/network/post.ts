import http from 'node:http';
import https from 'node:https';
import { isLocal } from '../core/endpoints/address.ts';
import { certificates, type Route, routeTo } from './agents.ts';
import { CancelledError, fromSocket, NetworkError, waitOf } from './errors.ts';
import type { NetworkSettings } from './open.ts';

export interface PostOptions {
  readonly settings: NetworkSettings;
  /** Sent as a bearer token; empty for none. It appears in no message. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** The whole answer has to be there by then. */
  readonly timeoutMs: number;
}

/** Largest answer that is read: far above what any batch of vectors takes. */
const MOST_BYTES = 128_000_000;
/** Of what a server says about an error, in a sentence. */
const MOST_WORDS = 200;

/**
 * Sends JSON to one address and reads JSON. The connection is kept for the next request. Redirects are not followed, because the
 * key and the code would go where nobody agreed to. Throws a `NetworkError` with one sentence.
 */
export type Post = (body: unknown, options: PostOptions) => Promise<unknown>;

export function createPost(url: URL): Post {
  let known: { readonly proxy: string; readonly route: Route } | undefined;
  // A person is told that what is sent to this machine stays on it, so it goes through no proxy, which is elsewhere.
  const direct = isLocal(url);
  const routeFor = (proxy: string): Route => {
    if (known?.proxy !== proxy) known = { proxy, route: routeTo(url, direct ? { proxy: '', env: {} } : { proxy, env: process.env }, true) };
    return known.route;
  };
  return async (body, options) => {
    if (options.settings.offline)
      throw new NetworkError('offline', `The offline setting forbids every connection, so ${url.host} was not asked.`);
    if (options.signal.aborted) throw new CancelledError();
    const { status, type, text, headers } = await exchange(url, routeFor(options.settings.proxy), JSON.stringify(body), options);
    if (status >= 200 && status < 300) return parse(url, type, text);
    throw fromAnswer(url, status, headers, type, text, options.key);
  };
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly type: string;
  readonly text: string;
}

function exchange(url: URL, { agent, proxy }: Route, body: string, options: PostOptions): Promise<Answer> {
  const ca = certificates();
  const bytes = Buffer.from(body);
  const headers: Record<string, string | number> = {
    'user-agent': 'quarry',
    'accept-encoding': 'identity',
    accept: 'application/json',
    'content-type': 'application/json',
    'content-length': bytes.length,
  };
  if (options.key !== '') headers.authorization = `Bearer ${options.key}`;
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http;
    const request = client.request(url, { method: 'POST', agent, headers, ...(ca === undefined ? {} : { ca: [...ca] }) });
    const fail = (error: unknown): void => {
      finish();
      request.destroy();
      reject(options.signal.aborted ? new CancelledError() : inWords(error, url, proxy));
    };
    const stop = (): void => fail(new CancelledError());
    const timer = setTimeout(() => fail(tooLate(url, options.timeoutMs)), options.timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', stop);
    };
    options.signal.addEventListener('abort', stop);
    // Destroying the request later is an error as well, which must have a listener.
    request.on('error', fail);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) fail(new NetworkError('bad-answer', `${url.host} answered with more than can be true.`));
        else parts.push(part);
      });
      response.on('error', fail);
      response.once('close', () => {
        if (!response.complete) fail(cut(url));
      });
      response.once('end', () => {
        if (!response.complete) return;
        finish();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          type: response.headers['content-type'] ?? '',
          text: Buffer.concat(parts).toString('utf8'),
        });
      });
    });
    request.end(bytes);
  });
}

function parse(url: URL, type: string, text: string): unknown {
  if (isPage(type, text)) throw page(url);
  try {
    return JSON.parse(text);
  } catch {
    // Falls through: some servers write numbers that JSON does not have.
  }
  try {
    return JSON.parse(text.replace(/-?\bInfinity\b|\bNaN\b/g, 'null'));
  } catch {
    throw new NetworkError('bad-answer', `${url.host} answered with JSON that is cut short or not valid.`, { transient: true });
  }
}

function isPage(type: string, text: string): boolean {
  return /^(text\/html|application\/xhtml)/i.test(type) || /^\s*<(!doctype|html)/i.test(text.slice(0, 200));
}

function page(url: URL): NetworkError {
  return new NetworkError(
    'captive-portal',
    `${url.host} answered with a web page instead of JSON: the address may be that of another service, or a login page of the network is in the way.`,
  );
}

function cut(url: URL, cause?: unknown): NetworkError {
  return new NetworkError('cut', `The connection to ${url.host} was cut before the answer was there.`, { cause, transient: true });
}

function tooLate(url: URL, timeoutMs: number): NetworkError {
  return new NetworkError('timeout', `${url.host} did not answer within ${timeoutMs / 1000} seconds.`, { transient: true });
}

function inWords(error: unknown, url: URL, proxy: string): NetworkError {
  const known = fromSocket(error, url.host, proxy);
  return known.code === 'cut' && known.cause !== undefined ? cut(url, known.cause) : known;
}

/** The error for a status that is no success. What the server says is quoted in part, on one line and without the key. */
function fromAnswer(url: URL, status: number, headers: http.IncomingHttpHeaders, type: string, text: string, key: string): NetworkError {
  const { host } = url;
  if (status >= 300 && status < 400)
    return new NetworkError('server', `${host} sends requests on to another address (${status}): put that one into the settings.`);
  if (status === 401 || status === 403)
    return new NetworkError(
      'not-allowed',
      key === '' ? `${host} asks for a key (${status}).` : `${host} does not accept the key (${status}): set another one.`,
    );
  if (status === 407) return new NetworkError('proxy', 'The proxy asks for a name and a password (407): put them into its address.');
  if (status === 511) return page(url);
  const words = isPage(type, text) ? '' : wordsOf(text, key);
  const said = words === '' ? '' : `: ${words}`;
  if (status === 404) return new NetworkError('not-found', `${host} has no ${url.pathname}, or not this model (404)${said}.`);
  const retryAfterMs = waitOf(headers['retry-after']);
  if (status === 429)
    return new NetworkError('too-many-requests', `${host} had too many requests (429)${said}.`, { transient: true, retryAfterMs });
  if (status === 400 || status === 413 || status === 422)
    return new NetworkError('refused', `${host} does not take the request (${status})${said}.`);
  return new NetworkError('server', `${host} answered with an error (${status})${said}.`, {
    transient: status >= 500 || status === 408 || status === 425,
    retryAfterMs,
  });
}

function wordsOf(text: string, key: string): string {
  const hidden = key === '' ? text : text.replaceAll(key, '***');
  return messageIn(hidden)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, MOST_WORDS);
}

/** OpenAI: `error.message`; Ollama and text-embeddings-inference: `error`; others: `message` or `detail`. */
function messageIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return text;
    const { error, message, detail } = value as Readonly<Record<string, unknown>>;
    const inner = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
    for (const one of [inner, message, detail]) if (typeof one === 'string') return one;
    return '';
  } catch {
    return text;
  }
}

import http from 'node:http';
import https from 'node:https';
import { certificates, routeTo } from './agents.ts';
import { CancelledError, CaptivePortalError, CutConnectionError, fromSocket, fromStatus, NetworkError, OfflineError } from './errors.ts';

/** What decides whether and how the network is used. */
export interface NetworkSettings {
  /** True forbids every connection. */
  readonly offline: boolean;
  /** Address of a proxy; empty leaves it to HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. */
  readonly proxy: string;
}

export interface OpenOptions {
  readonly settings: NetworkSettings;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A connection on which nothing moves for this long counts as cut. */
  readonly stallMs: number;
}

export interface Opened {
  readonly response: http.IncomingMessage;
  readonly url: URL;
  /** Headers of redirects on the way, the later ones winning: hubs say there what the file is. */
  readonly hints: http.IncomingHttpHeaders;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for an address and follows redirects until there is a body (200, 206) or 416. Throws a `NetworkError` for anything else. No
 * redirect leads from a secure address to one that is not.
 */
export async function open(address: string, options: OpenOptions): Promise<Opened> {
  if (options.settings.offline) throw new OfflineError();
  let url = parse(address);
  let hints: http.IncomingHttpHeaders = {};
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await ask(url, options);
    const status = response.statusCode ?? 0;
    if (REDIRECTS.has(status) && response.headers.location !== undefined) {
      response.resume();
      hints = { ...hints, ...response.headers };
      const next = parse(new URL(response.headers.location, url).href);
      if (url.protocol === 'https:' && next.protocol !== 'https:') throw new CaptivePortalError(url.host, next.host);
      url = next;
      continue;
    }
    if (status === 200 || status === 206) {
      checkType(response, address, url);
      return { response, url, hints };
    }
    if (status === 416) return { response, url, hints };
    response.destroy();
    throw fromStatus(status, url, response.headers['retry-after']);
  }
  throw new NetworkError('server', `${url.host} redirects in circles.`);
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new NetworkError('bad-address', `${address} is not an address of the web.`);
  return url;
}

/** No file of a model is a web page: one that comes is a login page or an error page with a friendly status. */
function checkType(response: http.IncomingMessage, asked: string, url: URL): void {
  const type = response.headers['content-type'] ?? '';
  if (!/^(text\/html|application\/xhtml)/i.test(type)) return;
  response.destroy();
  throw new CaptivePortalError(new URL(asked).host, url.host);
}

function ask(url: URL, { settings, headers, signal, stallMs }: OpenOptions): Promise<http.IncomingMessage> {
  const { agent, proxy } = routeTo(url, { proxy: settings.proxy, env: process.env });
  const ca = certificates();
  const trust = ca === undefined ? {} : { ca: [...ca] };
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const client = url.protocol === 'https:' ? https : http;
    const request = client.get(url, {
      agent,
      ...trust,
      headers: { 'user-agent': 'quarry', 'accept-encoding': 'identity', ...headers },
      signal,
    });
    // The request's own timer starts with its socket, which a silent proxy never gives.
    const timer = setTimeout(() => request.destroy(silence(url, stallMs)), stallMs);
    request.once('response', resolve);
    // Destroying the response later is an error of the request as well, which must have a listener.
    request.on('error', (error) => reject(signal.aborted ? new CancelledError() : fromSocket(error, url.host, proxy)));
    request.once('response', () => clearTimeout(timer));
    request.once('close', () => clearTimeout(timer));
  });
}

export function silence(url: URL, stallMs: number): CutConnectionError {
  return new CutConnectionError(url.host, `was silent for ${Math.ceil(stallMs / 1000)} seconds`);
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real server on this machine that does what it is told to, and the requests that it saw. */

export interface Seen {
  readonly url: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export interface TestServer {
  readonly url: string;
  readonly host: string;
  readonly seen: readonly Seen[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export async function serve(answer: Answer, tls?: ServerOptions): Promise<TestServer> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push({ url: request.url ?? '', range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined });
    answer(request, response, seen.length);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${tls === undefined ? 'http' : 'https'}://${host}`, host, seen };
}

/** A folder that goes with the test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-network-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const CONTENT = randomBytes(300_000);
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Serves bytes as a good server does: ranges, a strong validator, `If-Range`. */
export const serveFile = (request: IncomingMessage, response: ServerResponse): void => serveBytes(request, response);

/** The same for other bytes; after so many of them the connection is cut, or nothing more comes. */
export function serveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array = CONTENT,
  most = Number.POSITIVE_INFINITY,
  then: 'cut' | 'stall' = 'cut',
): void {
  const etag = `"${sha256(content).slice(0, 16)}"`;
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const ifRange = request.headers['if-range'];
  const start = from !== undefined && (ifRange === undefined || ifRange === etag) ? Number(from) : 0;
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const range = start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': content.length - start,
    etag,
    'content-type': 'application/octet-stream',
    ...range,
  });
  if (content.length - start <= most) {
    response.end(content.subarray(start));
    return;
  }
  response.write(content.subarray(start, start + most), () => {
    if (then === 'cut') setTimeout(() => request.socket.destroy(), 150);
  });
}

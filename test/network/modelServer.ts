import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { serve, type TestServer } from './server.ts';

/** A model server on this machine that answers JSON as it is told to, and what it was asked. */

export interface Asked {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** The texts of a request for vectors, in any of the protocols. */
  readonly texts: readonly string[];
}

export interface ModelServer extends TestServer {
  readonly asked: readonly Asked[];
}

/** Answers a request; returning false leaves it to `vectorsFor`. */
export type Behaviour = (asked: Asked, response: ServerResponse, count: number, request: IncomingMessage) => boolean | undefined;

export const DIMENSION = 12;

/** A vector of no unit length that depends on the words of a text only, so that like texts are near each other. */
export function vectorOf(text: string): readonly number[] {
  const vector = new Array<number>(DIMENSION).fill(0.01);
  for (const word of text.toLowerCase().match(/[a-z]{3,}/g) ?? []) {
    let hash = 7;
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
    vector[hash % DIMENSION] = (vector[hash % DIMENSION] ?? 0) + 1;
  }
  return vector;
}

/** A good reply in the protocol of the path. */
export function goodReply({ path, texts }: Asked): unknown {
  const rows = texts.map(vectorOf);
  if (path.endsWith('/api/embed')) return { model: 'm', embeddings: rows };
  if (path.endsWith('/embeddings')) return { data: rows.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse() };
  return rows;
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  return true;
}

export async function serveModel(behave: Behaviour = () => false, tls?: ServerOptions): Promise<ModelServer> {
  const asked: Asked[] = [];
  const server = await serve((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
      const given = body.input ?? body.inputs ?? [];
      const one: Asked = {
        path: request.url ?? '',
        key: request.headers.authorization,
        body,
        texts: Array.isArray(given) ? given.map(String) : [],
      };
      asked.push(one);
      if (behave(one, response, asked.length, request) !== true) sendJson(response, 200, goodReply(one));
    });
  }, tls);
  return { ...server, asked };
}

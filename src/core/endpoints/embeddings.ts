import type { EndpointChoice } from './address.ts';

/** Longest vector that is believed. */
const MOST_NUMBERS = 16_384;

/** The body of a request for vectors, one a text. Long texts are cut by the server where its protocol has a word for that. */
export function embeddingBody({ api, model }: EndpointChoice, texts: readonly string[]): unknown {
  const named = model === '' ? {} : { model };
  if (api === 'ollama') return { ...named, input: texts, truncate: true };
  if (api === 'tei') return { inputs: texts, normalize: true, truncate: true };
  return { ...named, input: texts };
}

/** Vectors of one reply, a row a text, each of Euclidean length 1; or what is wrong with the reply, to be said after the server's name. */
export type EmbeddingReply =
  | { readonly vectors: readonly Float32Array[]; readonly problem?: undefined }
  | { readonly vectors?: undefined; readonly problem: string };

/** Reads a reply of any of the protocols. Nothing in it is believed: count, length and every number are checked. */
export function readEmbeddings(reply: unknown, count: number, dimension: number | undefined): EmbeddingReply {
  const rows = rowsOf(reply, count);
  if (rows === undefined) return { problem: 'answered without vectors' };
  if (rows.length !== count) return { problem: `answered with ${rows.length} vectors for ${count} texts` };
  const vectors: Float32Array[] = [];
  for (const row of rows) {
    if (!Array.isArray(row) || row.length === 0 || row.length > MOST_NUMBERS)
      return { problem: 'answered with something that is no vector' };
    const wanted = dimension ?? vectors[0]?.length ?? row.length;
    if (row.length !== wanted) return { problem: `answered with vectors of ${row.length} numbers instead of ${wanted}` };
    const vector = unitVector(row);
    if (vector === undefined) return { problem: 'answered with a vector that is not usable (not numbers, or all of them zero)' };
    vectors.push(vector);
  }
  return { vectors };
}

/** OpenAI: `data[].embedding`, which may come in any order. Ollama: `embeddings`. text-embeddings-inference: the list itself. */
function rowsOf(reply: unknown, count: number): readonly unknown[] | undefined {
  if (Array.isArray(reply)) return reply;
  if (typeof reply !== 'object' || reply === null) return undefined;
  if ('embeddings' in reply && Array.isArray(reply.embeddings)) return reply.embeddings;
  if (!('data' in reply) || !Array.isArray(reply.data)) return undefined;
  const entries: readonly unknown[] = reply.data;
  const rows = entries.map((entry) => (typeof entry === 'object' && entry !== null && 'embedding' in entry ? entry.embedding : undefined));
  const places = entries.map((entry) => (typeof entry === 'object' && entry !== null && 'index' in entry ? entry.index : undefined));
  if (places.every((place) => place === undefined) || rows.length !== count) return rows;
  const ordered = new Array<unknown>(count).fill(undefined);
  rows.forEach((row, at) => {
    const place = places[at];
    if (typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < count) ordered[place] = row;
  });
  return ordered;
}

function unitVector(row: readonly unknown[]): Float32Array | undefined {
  let squares = 0;
  for (const value of row) {
    if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  if (!Number.isFinite(length) || length < 1e-9) return undefined;
  return Float32Array.from(row as readonly number[], (value) => value / length);
}

/** Places of texts in requests: no more texts than `most` and no more than `characters` in each, and always one at least. */
export function intoRequests(texts: readonly string[], most: number, characters: number): readonly (readonly number[])[] {
  const requests: number[][] = [];
  let current: number[] = [];
  let size = 0;
  texts.forEach((text, at) => {
    if (current.length > 0 && (current.length >= most || size + text.length > characters)) {
      requests.push(current);
      current = [];
      size = 0;
    }
    current.push(at);
    size += text.length;
  });
  if (current.length > 0) requests.push(current);
  return requests;
}

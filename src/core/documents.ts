import type { Chunk } from './chunk.ts';
import { searchTokens } from './identifiers.ts';
import { fileStem } from './ranking/paths.ts';

/** Part of the index fingerprint: changes whenever the same file would get other tokens, another skeleton or another text to embed. */
export const DOCUMENTS_VERSION = '1';

/**
 * How often the tokens of a field stand in the one column that full-text search reads. The body stands once and holds the doc comment.
 * Path and symbol at 5 with BM25's length weight at .5 were worth .024 NDCG on commit subjects against 2 and 3 at .75.
 */
const CHUNK_REPEATS = { path: 5, symbol: 5 } as const;
const FILE_REPEATS = { path: 4, symbol: 2, doc: 1 } as const;

/** Characters of a chunk that are embedded: what comes later hardly moves a mean of words, but costs a transformer time. */
const EMBEDDED_CHARACTERS = 8000;
const SKELETON_CHARACTERS = 20_000;
const SKELETON_HEADER_CHARACTERS = 600;
const SKELETON_DOC_CHARACTERS = 200;

const COMMENT_LINE = /^\s*(\/\/|\*|\/\*|#|--|;|"""|%|<!--).*$/gm;

function repeated(tokens: readonly string[], times: number, into: string[]): void {
  for (let time = 0; time < times; time += 1) for (const token of tokens) into.push(token);
}

/** Every name that a chunk defines, its own first. */
function namesOf(chunk: Chunk): string {
  return [chunk.symbol, ...chunk.names].filter((name) => name !== '').join(' ');
}

/** The `tokens` column of a chunk: its body once, its path and symbol names as often as their weight says. */
export function chunkTokens(chunk: Chunk, path: string): string {
  const tokens = searchTokens(chunk.text);
  repeated(searchTokens(namesOf(chunk)), CHUNK_REPEATS.symbol, tokens);
  repeated(searchTokens(path), CHUNK_REPEATS.path, tokens);
  return tokens.join(' ');
}

/** What the embedder reads of a chunk: path, file name, the symbol three times (worth .01 to .04 MRR), doc comment, code. */
export function chunkEmbeddingText(chunk: Chunk, path: string): string {
  const names = namesOf(chunk);
  return `${path} ${fileStem(path)} ${names} ${names} ${names} ${chunk.doc}\n${chunk.text}`.slice(0, EMBEDDED_CHARACTERS);
}

/** The `tokens` column of a file. */
export function fileTokens(chunks: readonly Chunk[], path: string): string {
  const tokens: string[] = [];
  for (const chunk of chunks) {
    for (const token of searchTokens(chunk.text)) tokens.push(token);
    repeated(searchTokens(namesOf(chunk)), FILE_REPEATS.symbol, tokens);
    repeated(searchTokens(chunk.doc), FILE_REPEATS.doc, tokens);
  }
  repeated(searchTokens(path), FILE_REPEATS.path, tokens);
  return tokens.join(' ');
}

function headerComment(chunks: readonly Chunk[]): string {
  const first = chunks[0];
  if (first === undefined || first.kind !== 'rest' || first.startLine >= 5) return '';
  return (first.text.match(COMMENT_LINE) ?? []).join('\n').slice(0, SKELETON_HEADER_CHARACTERS);
}

/** What a file is about in few words, to be embedded: path, header comment, the names it defines, the first lines of their docs. */
export function fileSkeleton(chunks: readonly Chunk[], path: string): string {
  const names = new Set<string>();
  for (const chunk of chunks) {
    for (const name of [chunk.symbol, ...chunk.names]) names.add(name.split(/\.|::/).at(-1) ?? '');
  }
  names.delete('');
  const docs = chunks.map((chunk) => (chunk.doc.split(/\n\s*\n/, 1)[0] ?? '').slice(0, SKELETON_DOC_CHARACTERS));
  const text = `${path} ${fileStem(path)}\n${headerComment(chunks)}\n${[...names].join(' ')}\n${docs.join('\n')}`;
  return text.slice(0, SKELETON_CHARACTERS);
}

/**
 * The vector of a file: the mean of its chunks' vectors (one each, unit length) weighted by the root of their length in characters,
 * made unit length. Null when there are no vectors.
 */
export function fileVector(chunks: readonly Chunk[], vectors: readonly Float32Array[]): Float32Array | null {
  const dimension = vectors[0]?.length ?? 0;
  if (dimension === 0) return null;
  const sum = new Float32Array(dimension);
  vectors.forEach((vector, index) => {
    const weight = Math.sqrt(chunks[index]?.text.length ?? 0);
    for (let column = 0; column < dimension; column += 1) sum[column] = (sum[column] as number) + weight * (vector[column] as number);
  });
  let squares = 0;
  for (const value of sum) squares += value * value;
  if (squares === 0) return sum;
  const factor = 1 / Math.sqrt(squares);
  for (let column = 0; column < dimension; column += 1) sum[column] = (sum[column] as number) * factor;
  return sum;
}

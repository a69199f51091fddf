import type { Chunk } from './chunk.ts';
import { searchText } from './identifiers.ts';
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

/** Texts joined with spaces, each as often as said. */
function weighted(...parts: readonly (readonly [text: string, times: number])[]): string {
  return parts.flatMap(([text, times]) => (text === '' ? [] : new Array<string>(times).fill(text))).join(' ');
}

/** Every name that a chunk defines, its own first. */
function namesOf(chunk: Chunk): string {
  return [chunk.symbol, ...chunk.names].filter((name) => name !== '').join(' ');
}

/** The `tokens` columns of a file: of each of its chunks, and of the whole. Most of the work is the same for both. */
export interface FileTokens {
  readonly chunks: readonly string[];
  readonly file: string;
}

export function fileTokens(chunks: readonly Chunk[], path: string): FileTokens {
  const ofPath = searchText(path);
  const parts = chunks.map((chunk) => ({ body: searchText(chunk.text), names: searchText(namesOf(chunk)), doc: searchText(chunk.doc) }));
  return {
    chunks: parts.map(({ body, names }) => weighted([body, 1], [names, CHUNK_REPEATS.symbol], [ofPath, CHUNK_REPEATS.path])),
    file: weighted(
      ...parts.flatMap(
        ({ body, names, doc }) =>
          [
            [body, 1],
            [names, FILE_REPEATS.symbol],
            [doc, FILE_REPEATS.doc],
          ] as const,
      ),
      [ofPath, FILE_REPEATS.path],
    ),
  };
}

/** The `tokens` column of one chunk: its body once, its path and symbol names as often as their weight says. */
export function chunkTokens(chunk: Chunk, path: string): string {
  return fileTokens([chunk], path).chunks[0] ?? '';
}

/** What the embedder reads of a chunk: path, file name, the symbol three times (worth .01 to .04 MRR), doc comment, code. */
export function chunkEmbeddingText(chunk: Chunk, path: string): string {
  const names = namesOf(chunk);
  return `${path} ${fileStem(path)} ${names} ${names} ${names} ${chunk.doc}\n${chunk.text}`.slice(0, EMBEDDED_CHARACTERS);
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

import type { Data, FixedSizeList, RecordBatch } from 'apache-arrow';
import type { ChunkKind } from '../core/chunk.ts';
import { readHalves } from '../core/float16.ts';
import { StoreDamagedError } from './errors.ts';
import type { ChunkHit, FileHit, FileScore, FileSummary, LedgerEntry } from './types.ts';

/** What an ended query said how well a row fits: BM25, cosine distance, or nothing. */
export type Score = 'bm25' | 'distance' | 'none';

function columnOf(batch: RecordBatch, name: string): Data {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[index];
  if (data === undefined) throw new Error(`column ${name} is missing`);
  return data;
}

/** A column of text; decoded from the bytes at once, which is several times faster than Arrow's own accessors. */
export function texts(batch: RecordBatch, name: string): string[] {
  const { valueOffsets, values, length } = columnOf(batch, name) as { valueOffsets: Int32Array; values: Uint8Array; length: number };
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const result = new Array<string>(length);
  for (let row = 0; row < length; row++) result[row] = bytes.toString('utf8', valueOffsets[row], valueOffsets[row + 1]);
  return result;
}

export function numbers(batch: RecordBatch, name: string): ArrayLike<number> {
  return columnOf(batch, name).values as ArrayLike<number>;
}

export function vectors(batch: RecordBatch, name: string): (Float32Array | null)[] {
  const data = columnOf(batch, name);
  const child = data.children[0];
  const dimension = (data.type as FixedSizeList).listSize;
  const result = new Array<Float32Array | null>(data.length).fill(null);
  if (child === undefined) return result;
  // One piece of memory for all rows: one each would be most of what a question leaves to the collector.
  const all = readHalves(child.values as Uint16Array, 0, data.length * dimension);
  for (let row = 0; row < data.length; row++) {
    if (data.nullCount === 0 || data.getValid(row)) result[row] = all.subarray(row * dimension, (row + 1) * dimension);
  }
  return result;
}

function scores(batch: RecordBatch, score: Score): ArrayLike<number> {
  if (score === 'bm25') return numbers(batch, '_score');
  if (score === 'distance') return Array.from(numbers(batch, '_distance'), (distance) => 1 - distance);
  return new Uint8Array(batch.numRows);
}

/** Columns that `chunkHits` reads, in any order. */
export const CHUNK_HIT_COLUMNS: readonly string[] = [
  'id',
  'path',
  'language',
  'kind',
  'symbol',
  'name',
  'names',
  'start_line',
  'end_line',
  'part',
  'text',
  'tokens',
  'vector',
];

export function chunkHits(batch: RecordBatch, score: Score): ChunkHit[] {
  const [ids, paths, languages, kinds] = [texts(batch, 'id'), texts(batch, 'path'), texts(batch, 'language'), texts(batch, 'kind')];
  const [symbols, names, further] = [texts(batch, 'symbol'), texts(batch, 'name'), texts(batch, 'names')];
  const [starts, ends, parts] = [numbers(batch, 'start_line'), numbers(batch, 'end_line'), numbers(batch, 'part')];
  const [bodies, tokens] = [texts(batch, 'text'), texts(batch, 'tokens')];
  const [embedded, hitScores] = [vectors(batch, 'vector'), scores(batch, score)];
  // No text that is indexed holds a NUL: that is what a disk leaves of one that it has lost.
  if (bodies.some((text) => text.includes('\0'))) throw new StoreDamagedError('Rows of the index have lost their text.');
  return ids.map((id, row) => ({
    id,
    path: paths[row] ?? '',
    language: languages[row] ?? '',
    kind: (kinds[row] ?? 'rest') as ChunkKind,
    symbol: symbols[row] ?? '',
    name: names[row] ?? '',
    names: further[row] ?? '',
    startLine: starts[row] ?? 0,
    endLine: ends[row] ?? 0,
    part: parts[row] ?? 0,
    text: bodies[row] ?? '',
    tokens: tokens[row] ?? '',
    vector: embedded[row] ?? null,
    hitScore: hitScores[row] ?? 0,
  }));
}

export const FILE_SUMMARY_COLUMNS: readonly string[] = ['path', 'language', 'chunks', 'vector', 'skeleton_vector'];
export const FILE_HIT_COLUMNS: readonly string[] = [...FILE_SUMMARY_COLUMNS, 'tokens', 'skeleton'];

export function fileScores(batch: RecordBatch): FileScore[] {
  const hitScores = scores(batch, 'bm25');
  return texts(batch, 'path').map((path, row) => ({ path, hitScore: hitScores[row] ?? 0 }));
}

export function fileSummaries(batch: RecordBatch): FileSummary[] {
  const [paths, languages, chunks] = [texts(batch, 'path'), texts(batch, 'language'), numbers(batch, 'chunks')];
  const [embedded, skeletonVectors] = [vectors(batch, 'vector'), vectors(batch, 'skeleton_vector')];
  return paths.map((path, row) => ({
    path,
    language: languages[row] ?? '',
    chunks: chunks[row] ?? 0,
    vector: embedded[row] ?? null,
    skeletonVector: skeletonVectors[row] ?? null,
  }));
}

export function fileHits(batch: RecordBatch): FileHit[] {
  const [tokens, skeletons] = [texts(batch, 'tokens'), texts(batch, 'skeleton')];
  return fileSummaries(batch).map((file, row) => ({ ...file, tokens: tokens[row] ?? '', skeleton: skeletons[row] ?? '' }));
}

export const LEDGER_COLUMNS: readonly string[] = [
  'path',
  'size',
  'mtime_ms',
  'hash',
  'chunks',
  'state',
  'skip_reason',
  'error',
  'attempts',
];

export function ledgerEntries(batch: RecordBatch): LedgerEntry[] {
  const [paths, sizes, times] = [texts(batch, 'path'), numbers(batch, 'size'), numbers(batch, 'mtime_ms')];
  const [hashes, chunks, states] = [texts(batch, 'hash'), numbers(batch, 'chunks'), texts(batch, 'state')];
  const [reasons, errors, attempts] = [texts(batch, 'skip_reason'), texts(batch, 'error'), numbers(batch, 'attempts')];
  return paths.map((path, row) => ({
    path,
    size: sizes[row] ?? 0,
    mtimeMs: times[row] ?? 0,
    hash: hashes[row] ?? '',
    chunks: chunks[row] ?? 0,
    state: (states[row] ?? 'failed') as LedgerEntry['state'],
    skipReason: (reasons[row] ?? '') as LedgerEntry['skipReason'],
    error: errors[row] ?? '',
    attempts: attempts[row] ?? 0,
  }));
}

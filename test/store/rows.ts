import type { ChunkRow, FileRow, FileUpdate } from '../../src/store/types.ts';

export const DIMENSION = 16;

/** A repeatable source of numbers from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A unit vector that depends on `seed` alone. */
export function unitVector(seed: number, dimension = DIMENSION): Float32Array {
  const random = randomFrom(seed * 7919 + 17);
  for (let skip = 0; skip < 5; skip++) random();
  const vector = Float32Array.from({ length: dimension }, () => random() - 0.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

export function chunkRow(path: string, ordinal: number, more: Partial<ChunkRow> = {}): ChunkRow {
  const fileHash = more.fileHash ?? 'hash1';
  return {
    id: `${path}#${fileHash}#${ordinal}`,
    path,
    language: 'typescript',
    kind: 'function',
    symbol: `Class.fn${ordinal}`,
    name: `fn${ordinal}`,
    names: '',
    startLine: ordinal * 10 + 1,
    endLine: ordinal * 10 + 9,
    part: 0,
    doc: '',
    text: `function fn${ordinal}() {}`,
    tokens: `function fn${ordinal}`,
    fileHash,
    vector: unitVector(ordinal + 1),
    ...more,
  };
}

export function fileRow(path: string, chunks: number, more: Partial<FileRow> = {}): FileRow {
  return {
    path,
    size: 100,
    mtimeMs: 1_700_000_000_123.456,
    hash: 'hash1',
    chunks,
    state: 'indexed',
    skipReason: '',
    error: '',
    attempts: 0,
    language: 'typescript',
    tokens: `file of ${path}`,
    skeleton: `skeleton of ${path}`,
    vector: unitVector(path.length),
    skeletonVector: unitVector(path.length + 1),
    ...more,
  };
}

/** A file with `count` chunks; `more` goes to every chunk. */
export function fileUpdate(path: string, count: number, hash = 'hash1', more: Partial<ChunkRow> = {}): FileUpdate {
  const chunks = Array.from({ length: count }, (_, ordinal) => chunkRow(path, ordinal, { ...more, fileHash: hash }));
  const language = more.language ?? 'typescript';
  return { file: fileRow(path, count, { hash, language }), chunks };
}

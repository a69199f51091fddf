import type { Pooling } from '../core/modelCatalogue.ts';
import type { Output } from './tensors.ts';

/** A vector that cannot be used. A device that computes such must not serve; a single text may do it to half precision. */
export class BadVectorError extends Error {}

/** A vector may be this far from length 1. */
const TOLERANCE = 1e-3;

/**
 * One unit vector a text from a graph's output: the first token's vector (`cls`) or the mean over the real tokens (`mean`) of
 * `[texts, tokens, dimension]`, or the vectors themselves of `[texts, dimension]`. `lengths` are the numbers of real tokens.
 * Throws `BadVectorError` when a vector is not finite or zero.
 */
export function toUnitVectors(
  output: Output | undefined,
  lengths: readonly number[],
  pooling: Pooling,
): { readonly vectors: Float32Array; readonly dimension: number } {
  const { data, dims } = output ?? { data: new Float32Array(0), dims: [] };
  const dimension = dims.at(-1) ?? 0;
  const tokens = dims.length === 3 ? (dims[1] ?? 0) : 1;
  if (dims[0] !== lengths.length || dimension === 0 || (dims.length !== 2 && dims.length !== 3)) {
    throw new Error(`its output has the shape [${dims.join(', ')}], which no embedder has`);
  }
  const vectors = new Float32Array(lengths.length * dimension);
  lengths.forEach((length, row) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    const counted = dims.length === 3 && pooling === 'mean' ? Math.min(length, tokens) : 1;
    for (let token = 0; token < counted; token++) {
      const from = (row * tokens + token) * dimension;
      for (let column = 0; column < dimension; column++) vector[column] = (vector[column] ?? 0) + (data[from + column] ?? 0) / counted;
    }
    normalise(vector);
  });
  return { vectors, dimension };
}

function normalise(vector: Float32Array): void {
  const length = lengthOf(vector);
  if (!Number.isFinite(length) || length === 0) {
    throw new BadVectorError(length === 0 ? 'it computes vectors of zeros' : 'it computes vectors that are not finite');
  }
  for (let column = 0; column < vector.length; column++) vector[column] = (vector[column] ?? 0) / length;
  if (Math.abs(lengthOf(vector) - 1) > TOLERANCE) throw new BadVectorError('it computes vectors whose length is not 1');
}

function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}

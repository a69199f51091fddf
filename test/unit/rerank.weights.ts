import fs from 'node:fs';

/** Reads the weights of an ONNX file without any library, for reference implementations that share nothing with the product. */

/** A matrix or vector of weights, row by row. */
export interface Weights {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

interface Field {
  readonly number: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

/** The fields of one protobuf message. */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[at++] ?? 0);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const kind = key & 7;
    if (kind === 0) yield { number: key >> 3, value: varint(), bytes: new Uint8Array() };
    else {
      const length = kind === 2 ? Number(varint()) : kind === 5 ? 4 : 8;
      yield { number: key >> 3, value: 0n, bytes: message.subarray(at, at + length) };
      at += length;
    }
  }
}

function dimsOf({ value, bytes }: Field): readonly number[] {
  if (bytes.length === 0) return [Number(value)];
  // Packed: one varint after the other, which reads like one field each.
  const dims: number[] = [];
  let dim = 0;
  let shift = 0;
  for (const byte of bytes) {
    dim += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) {
      dims.push(dim);
      dim = 0;
      shift = 0;
    }
  }
  return dims;
}

const GRAPH = 7;
const INITIALIZER = 5;
const TENSOR = { dims: 1, type: 2, raw: 9 } as const;
const FLOAT = 1n;

/** Every tensor of floats with at least one dimension, in the order in which the file has them. */
export function readWeights(file: string): readonly Weights[] {
  const weights: Weights[] = [];
  for (const graph of fieldsOf(fs.readFileSync(file))) {
    if (graph.number !== GRAPH) continue;
    for (const { number, bytes } of fieldsOf(graph.bytes)) {
      if (number !== INITIALIZER) continue;
      const fields = [...fieldsOf(bytes)];
      const dims = fields.filter((field) => field.number === TENSOR.dims).flatMap(dimsOf);
      const raw = fields.find((field) => field.number === TENSOR.raw)?.bytes;
      if (fields.find((field) => field.number === TENSOR.type)?.value !== FLOAT || raw === undefined || dims.length === 0) continue;
      weights.push({ dims, data: new Float32Array(Uint8Array.from(raw).buffer) });
    }
  }
  return weights;
}

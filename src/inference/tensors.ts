import { readHalves } from '../core/float16.ts';
import type { OnnxValue } from './runtime.ts';
import type { Encoded } from './tokenizer.ts';

/** An input that a graph asks for. */
export interface InputInfo {
  readonly name: string;
  /** Number format as the runtime calls it: `int64`, `float32`, `float16`, ... */
  readonly type: string;
  /** A text stands for a dimension that is free. */
  readonly shape: readonly (number | string)[];
}

/** A tensor on its way into a graph. */
interface Feed {
  readonly type: 'int64' | 'int32' | 'float32' | 'float16';
  readonly data: BigInt64Array | Int32Array | Float32Array | Uint16Array;
  readonly dims: readonly number[];
}

export type Feeds = Readonly<Record<string, Feed>>;

/** A tensor that came out of a graph, always in single precision. */
export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * The inputs of a graph for a batch of token rows, padded on the right to the longest one. Whatever else a graph asks for follows from
 * the rows: positions count from 0, a cache of earlier tokens is empty. Throws for an input that is none of these.
 */
export function toFeeds(rows: readonly Encoded[], inputs: readonly InputInfo[], padId: number): Feeds {
  const length = rows.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const fill = ({ type }: InputInfo, idAt: (row: Encoded, at: number) => number): Feed => {
    const values = rows.flatMap((row) => Array.from({ length }, (_, at) => idAt(row, at)));
    const dims = [rows.length, length];
    if (type === 'int32') return { type, data: Int32Array.from(values), dims };
    return { type: 'int64', data: BigInt64Array.from(values, BigInt), dims };
  };
  const feedOf = (input: InputInfo): Feed => {
    switch (input.name) {
      case 'input_ids':
        return fill(input, ({ ids }, at) => ids[at] ?? padId);
      case 'attention_mask':
        return fill(input, ({ ids }, at) => (at < ids.length ? 1 : 0));
      case 'token_type_ids':
        return fill(input, ({ typeIds }, at) => typeIds[at] ?? 0);
      case 'position_ids':
        return fill(input, ({ ids }, at) => Math.min(at, ids.length - 1));
      default:
        return emptyCache(input, rows.length);
    }
  };
  return Object.fromEntries(inputs.map((input) => [input.name, feedOf(input)]));
}

/** No token came before: `[batch, heads, 0, size]`. */
function emptyCache({ name, type, shape }: InputInfo, batch: number): Feed {
  const [, heads, , size] = shape;
  if (!name.startsWith('past_key_values.') || typeof heads !== 'number' || typeof size !== 'number') {
    throw new Error(`its graph asks for an input that is not known here: ${name}`);
  }
  const dims = [batch, heads, 0, size];
  if (type === 'float16') return { type, data: new Uint16Array(0), dims };
  return { type: 'float32', data: new Float32Array(0), dims };
}

export function toOutput(name: string, value: OnnxValue | undefined): Output {
  if (value === undefined) throw new Error(`its graph has no output ${name}`);
  const { data, dims, type } = value;
  if (data instanceof Float32Array) return { data, dims };
  if (type === 'float16' && ArrayBuffer.isView(data)) {
    const halves = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    return { data: readHalves(halves, 0, halves.length), dims };
  }
  throw new Error(`its output ${name} holds ${type} and not floating-point numbers`);
}

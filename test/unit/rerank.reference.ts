import fs from 'node:fs';
import path from 'node:path';
import { readWeights, type Weights } from './rerank.weights.ts';

/** The two kinds of rerankers as plain loops in double precision: a BERT cross-encoder and a Qwen3 language model. */

type Rows = readonly (readonly number[])[];

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const add = (a: Rows, b: Rows): Rows => a.map((row, r) => row.map((value, c) => value + (b[r]?.[c] ?? 0)));
const rowOf = ({ dims, data }: Weights, row: number): readonly number[] => {
  const width = dims[1] ?? 0;
  return [...data.subarray(row * width, (row + 1) * width)];
};

/** Hands out weights in the order of the file, and checks that they have the shape that is expected. */
function taker(weights: readonly Weights[]): (...dims: readonly number[]) => Weights {
  let next = 0;
  return (...dims) => {
    const taken = weights[next++];
    if (taken === undefined || taken.dims.join() !== dims.join())
      throw new Error(`weight ${next - 1} is ${taken?.dims.join()} and not ${dims.join()}`);
    return taken;
  };
}

function linear(rows: Rows, matrix: Weights, bias?: Weights): Rows {
  const [inputs = 0, outputs = 0] = matrix.dims;
  return rows.map((row) =>
    Array.from({ length: outputs }, (_, out) => {
      let sum = bias?.data[out] ?? 0;
      for (let at = 0; at < inputs; at += 1) sum += (row[at] ?? 0) * (matrix.data[at * outputs + out] ?? 0);
      return sum;
    }),
  );
}

function layerNorm(rows: Rows, gain: Weights, shift: Weights, epsilon: number): Rows {
  return rows.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, at) => ((value - mean) / Math.sqrt(variance + epsilon)) * (gain.data[at] ?? 0) + (shift.data[at] ?? 0));
  });
}

function rmsNorm(row: readonly number[], gain: Weights, epsilon = 1e-6): readonly number[] {
  const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
  return row.map((value, at) => value * scale * (gain.data[at] ?? 0));
}

/** Attention of one head: `visible(query)` keys, from the first, are looked at. */
function attend(queries: Rows, keys: Rows, values: Rows, visible: (query: number) => number): Rows {
  return queries.map((query, at) => {
    const scores = keys.slice(0, visible(at)).map((key) => dot(query, key) / Math.sqrt(query.length));
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return query.map((_, column) => weights.reduce((sum, weight, key) => sum + (weight / total) * (values[key]?.[column] ?? 0), 0));
  });
}

const head = (rows: Rows, index: number, size: number): Rows => rows.map((row) => row.slice(index * size, (index + 1) * size));
const joined = (heads: readonly Rows[]): Rows => (heads[0] ?? []).map((_, row) => heads.flatMap((one) => one[row] ?? []));

/** Abramowitz and Stegun's 7.1.26 is too rough; this series and continued fraction are exact to double precision. */
function erf(x: number): number {
  let sum = x;
  let term = x;
  for (let n = 1; n < 200; n += 1) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return Math.abs(x) > 5 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * sum;
}

interface Config {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly rope_theta: number;
}

function load(folder: string): { readonly config: Config; readonly take: ReturnType<typeof taker> } {
  const config: Config = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8'));
  return { config, take: taker(readWeights(path.join(folder, 'onnx/model.onnx'))) };
}

/** The logit of a pair by the BERT cross-encoder in this folder. */
export function crossEncoderLogit(folder: string, ids: readonly number[], types: readonly number[]): number {
  const { config, take } = load(folder);
  const { hidden_size: h, num_attention_heads: heads, intermediate_size: inner } = config;
  const [words, kinds, places] = [take(config.vocab_size, h), take(2, h), take(config.max_position_embeddings, h)];
  let x: Rows = ids.map((id, at) => {
    const [word, kind, place] = [rowOf(words, id), rowOf(kinds, types[at] ?? 0), rowOf(places, at)];
    return word.map((value, column) => value + (kind[column] ?? 0) + (place[column] ?? 0));
  });
  x = layerNorm(x, take(h), take(h), 1e-12);
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const [q, k, v] = [0, 1, 2].map(() => linear(x, take(h, h), take(h)));
    if (q === undefined || k === undefined || v === undefined) throw new Error('no heads');
    const size = h / heads;
    const read = joined(
      Array.from({ length: heads }, (_, at) => attend(head(q, at, size), head(k, at, size), head(v, at, size), () => ids.length)),
    );
    x = layerNorm(add(linear(read, take(h, h), take(h)), x), take(h), take(h), 1e-12);
    const wide = linear(x, take(h, inner), take(inner)).map((row) => row.map((value) => 0.5 * value * (1 + erf(value / Math.SQRT2))));
    x = layerNorm(add(linear(wide, take(inner, h), take(h)), x), take(h), take(h), 1e-12);
  }
  const pooled = linear(x.slice(0, 1), take(h, h), take(h)).map((row) => row.map(Math.tanh));
  return linear(pooled, take(h, 1), take(1))[0]?.[0] ?? Number.NaN;
}

/** The logits after the last token by the Qwen3 language model in this folder. */
export function lastLogits(folder: string, ids: readonly number[]): readonly number[] {
  const { config, take } = load(folder);
  const { hidden_size: h, num_attention_heads: heads, num_key_value_heads: shared, head_dim: size, intermediate_size: inner } = config;
  const words = take(config.vocab_size, h);
  // Angles are computed here and not taken from the file.
  take(config.max_position_embeddings, size / 2);
  take(config.max_position_embeddings, size / 2);
  const turn = (row: readonly number[], place: number): readonly number[] =>
    row.map((value, at) => {
      const pair = at % (size / 2);
      const angle = place / config.rope_theta ** ((2 * pair) / size);
      const other = at < size / 2 ? -(row[at + size / 2] ?? 0) : (row[at - size / 2] ?? 0);
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  let x: Rows = ids.map((id) => rowOf(words, id));
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const before = take(h);
    const normed = x.map((row) => rmsNorm(row, before));
    const q = linear(normed, take(h, heads * size));
    const k = linear(normed, take(h, shared * size));
    const v = linear(normed, take(h, shared * size));
    const [gainQ, gainK] = [take(size), take(size)];
    const read = joined(
      Array.from({ length: heads }, (_, at) => {
        const group = Math.floor(at / (heads / shared));
        const queries = head(q, at, size).map((row, place) => turn(rmsNorm(row, gainQ), place));
        const keys = head(k, group, size).map((row, place) => turn(rmsNorm(row, gainK), place));
        return attend(queries, keys, head(v, group, size), (query) => query + 1);
      }),
    );
    x = add(linear(read, take(heads * size, h)), x);
    const between = take(h);
    const second = x.map((row) => rmsNorm(row, between));
    const gate = linear(second, take(h, inner)).map((row) => row.map((value) => value / (1 + Math.exp(-value))));
    const up = linear(second, take(h, inner));
    x = add(
      linear(
        gate.map((row, r) => row.map((value, c) => value * (up[r]?.[c] ?? 0))),
        take(inner, h),
      ),
      x,
    );
  }
  const after = take(h);
  return linear([rmsNorm(x.at(-1) ?? [], after)], take(h, config.vocab_size))[0] ?? [];
}

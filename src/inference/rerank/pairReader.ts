import type { ModelDevice, ModelDtype } from '../../core/modelCatalogue.ts';
import type { Encoded } from '../tokenizer.ts';

/** A question and a document, as a model reads them together. */
export interface Pair {
  readonly question: string;
  readonly document: string;
  /** In words; models that take none leave it out. */
  readonly instruction: string;
}

/** A loaded model that reads pairs. It blocks its thread while it computes. */
export interface PairReader {
  readonly device: ModelDevice;
  readonly dtype: ModelDtype;
  /** One sentence on the devices that did not serve; empty when the first one does. */
  readonly reason: string;
  /** Pairs read at once, and tokens in them with their padding, at most. */
  readonly batch: { readonly pairs: number; readonly tokens: number };
  encode(pair: Pair): Encoded;
  /** One score a pair, 0 to 1. */
  score(pairs: readonly Encoded[]): Promise<readonly number[]>;
  dispose(): Promise<void>;
}

/** Pairs that every device must read rightly before it serves. */
export const PROBES: readonly Pair[] = [
  { question: 'read a file', document: 'function readFile(path) { return open(path).read() }', instruction: '' },
  { question: 'read a file', document: 'the sum of a list', instruction: '' },
];

/** Throws unless these are scores. */
export function checkProbes(scores: readonly number[]): void {
  if (scores.length !== PROBES.length || scores.some((score) => !Number.isFinite(score)))
    throw new Error('it gives scores that are no numbers');
}

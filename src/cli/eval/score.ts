import { mean } from '../../core/scoring.ts';

export { type Answer, mean, scoreAnswers } from '../../core/scoring.ts';

/** Samples drawn for an interval. */
const SAMPLES = 2000;

/**
 * The 95 % interval of the mean of paired differences, by bootstrap. The random numbers are seeded, so that the same run always
 * prints the same interval.
 */
export function bootstrapInterval(differences: readonly number[]): { readonly low: number; readonly high: number } {
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const means = Array.from({ length: SAMPLES }, () =>
    mean(differences.map(() => differences[Math.floor(random() * differences.length)] ?? 0)),
  ).sort((a, b) => a - b);
  return { low: means[Math.floor(SAMPLES * 0.025)] ?? 0, high: means[Math.floor(SAMPLES * 0.975)] ?? 0 };
}

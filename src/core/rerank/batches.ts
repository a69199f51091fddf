/**
 * Positions of pairs in batches of like length, so that padding costs little. A batch holds at most `size` pairs, and at most
 * `tokens` tokens with its padding. Batches of one stay in the order given: then what is not reached is the end of it.
 */
export function planBatches(lengths: readonly number[], size: number, tokens: number): readonly (readonly number[])[] {
  const order = [...lengths.keys()];
  if (size <= 1) return order.map((at) => [at]);
  const length = (at: number) => lengths[at] ?? 0;
  order.sort((a, b) => length(a) - length(b) || a - b);
  const batches: number[][] = [];
  let current: number[] = [];
  for (const at of order) {
    // In ascending order the pair at hand is the longest of its batch.
    if (current.length > 0 && (current.length >= size || (current.length + 1) * length(at) > tokens)) {
      batches.push(current);
      current = [];
    }
    current.push(at);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

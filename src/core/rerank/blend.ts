/**
 * The order of rows after reranking, as positions, best first. Both scores are brought to 0..1 over the rows that were read, and joined with
 * `weight` (0 to 1) for the reranker. Rows that were not read follow in their old order; equal ones keep theirs.
 */
export function blendOrder(retrieval: readonly number[], scores: readonly (number | null)[], weight: number): readonly number[] {
  const read = [...retrieval.keys()].filter((at) => typeof scores[at] === 'number');
  const unread = [...retrieval.keys()].filter((at) => typeof scores[at] !== 'number');
  const before = spread(read.map((at) => retrieval[at] ?? 0));
  const after = spread(read.map((at) => scores[at] ?? 0));
  const joined = new Map(read.map((at, index) => [at, weight * (after[index] ?? 0) + (1 - weight) * (before[index] ?? 0)]));
  read.sort((a, b) => (joined.get(b) ?? 0) - (joined.get(a) ?? 0) || a - b);
  return [...read, ...unread];
}

/** Values brought to 0..1; all 0 when they are all the same. */
function spread(values: readonly number[]): readonly number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (range > 0 ? (value - least) / range : 0));
}

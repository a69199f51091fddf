/** One value for each item. `Float32Array.from` with a function does the same through an iterator, several times as slowly. */
export function valuesOf<Item>(items: readonly Item[], value: (item: Item, index: number) => number): Float32Array {
  const values = new Float32Array(items.length);
  for (let index = 0; index < values.length; index += 1) values[index] = value(items[index] as Item, index);
  return values;
}

export function scaled(values: Float32Array, weight: number): Float32Array {
  return values.map((value) => value * weight);
}

/** Brings the best value to 1, in place. */
export function dividedByBest(values: Float32Array): Float32Array {
  let best = 0;
  for (const value of values) best = Math.max(best, value);
  if (best > 0) for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) / best;
  return values;
}

/**
 * A later order of rows, put in place of what is shown so that no row at or above place `reached` (from 0; -1 for none) moves. Rows that
 * stay are shown as the later answer has them; one that it lacks stays as it is.
 */
export function mergeInPlace<T>(shown: readonly T[], next: readonly T[], keyOf: (row: T) => string, reached: number): readonly T[] {
  const renewed = new Map(next.map((row) => [keyOf(row), row]));
  const held = shown.slice(0, reached + 1);
  const taken = new Set(held.map(keyOf));
  return [...held.map((row) => renewed.get(keyOf(row)) ?? row), ...next.filter((row) => !taken.has(keyOf(row)))];
}

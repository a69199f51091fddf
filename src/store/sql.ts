/** A string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `column IN (...)`; false for an empty list. */
export function isOneOf(column: string, values: readonly string[]): string {
  if (values.length === 0) return 'FALSE';
  return values.length === 1 ? `${column} = ${quote(values[0] ?? '')}` : `${column} IN (${values.map(quote).join(', ')})`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? 'TRUE') : conditions.length === 0 ? 'TRUE' : `(${conditions.join(' AND ')})`;
}

export function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? 'FALSE') : conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`;
}

/**
 * Everything below a folder, as a range that the index on `path` answers. `LIKE` and `starts_with` would take `_` for a wildcard there.
 * `folder` ends in `/`, the character before `0`.
 */
export function isBelow(folder: string): string {
  return `(path >= ${quote(folder)} AND path < ${quote(`${folder.slice(0, -1)}0`)})`;
}

/** Slices of a long list, so that no statement grows without bound. */
export function* slices<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

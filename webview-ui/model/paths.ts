/** A path in two parts, as the Search view shows it: the name first, then where it lies. */
export interface SplitPath {
  readonly name: string;
  readonly directory: string;
}

export function splitPath(path: string): SplitPath {
  const slash = path.lastIndexOf('/');
  return { name: path.slice(slash + 1), directory: slash < 0 ? '' : path.slice(0, slash) };
}

/**
 * Shortens a path to at most `columns` characters by leaving out whole folders from the middle: the first folder says which part of
 * the project it is, the last ones say what it is about. `…` stands for what was left out.
 */
export function shortenMiddle(path: string, columns: number): string {
  if (path.length <= columns) return path;
  const parts = path.split('/');
  for (let removed = 1; removed <= parts.length - 2; removed += 1) {
    const head = Math.max(1, Math.floor((parts.length - removed) / 3));
    const candidate = [...parts.slice(0, head), '…', ...parts.slice(head + removed)].join('/');
    if (candidate.length <= columns) return candidate;
  }
  const last = `…/${parts.at(-1) ?? ''}`;
  if (parts.length > 1 && last.length <= columns) return last;
  if (columns < 3) return '…';
  const half = columns - 1;
  return `${path.slice(0, Math.ceil(half / 2))}…${path.slice(path.length - Math.floor(half / 2))}`;
}

/** The parts of a qualified symbol, for showing as a breadcrumb; the separator is whatever the language writes. */
export function breadcrumb(symbol: string): readonly string[] {
  return symbol.split(/::|\.(?=[^.\s])|#|\s>\s/u).filter((part) => part !== '');
}

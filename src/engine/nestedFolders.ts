import { sep } from 'node:path';

/**
 * The rows of `folder` without those of files in other folders inside it: of two folders one inside the other, the inner one answers for its
 * files. Folders are absolute real paths.
 */
export function withoutInner<Row extends { readonly path: string }>(
  rows: readonly Row[],
  folder: string,
  folders: readonly string[],
): readonly Row[] {
  const outer = folder.endsWith(sep) ? folder : `${folder}${sep}`;
  const inside = folders.filter((other) => other.startsWith(outer) && other !== folder);
  const inner = inside.map((other) => `${other.slice(outer.length).split(sep).join('/')}/`);
  return inner.length === 0 ? rows : rows.filter(({ path }) => !inner.some((start) => path.startsWith(start)));
}

import type { ChunkKind } from '../core/chunk.ts';
import { globCondition, globMatcher } from './globs.ts';
import { allOf, anyOf, isBelow, isOneOf } from './sql.ts';
import type { RowFilter } from './types.ts';

/** Every path of the index, asked for only when a glob is beyond SQL. */
export type KnownPaths = () => Promise<readonly string[]>;

/** Whether a row that is not in the store would pass a filter; a file, which has no kind, passes every condition on kinds. */
export function passes(
  filter: RowFilter,
  row: { readonly path: string; readonly language: string; readonly kind: ChunkKind | undefined },
): boolean {
  const { languages = [], kinds = [], within = [], include = [], exclude = [] } = filter;
  const matches = (globs: readonly string[]): boolean => globs.some((glob) => globMatcher(glob)(row.path));
  const isWithin = (prefix: string): boolean =>
    prefix === '' || prefix === '/' || row.path === prefix || (prefix.endsWith('/') && row.path.startsWith(prefix));
  return (
    (languages.length === 0 || languages.includes(row.language)) &&
    (kinds.length === 0 || row.kind === undefined || kinds.includes(row.kind)) &&
    (within.length === 0 || within.some(isWithin)) &&
    (include.length === 0 || matches(include)) &&
    !matches(exclude)
  );
}

/** The SQL of a filter; undefined when it lets everything pass. `kinds` is a column of chunks only. */
export async function whereOf(filter: RowFilter | undefined, table: 'chunks' | 'files', paths: KnownPaths): Promise<string | undefined> {
  if (filter === undefined) return undefined;
  const { languages, kinds, within, include, exclude } = filter;
  const conditions: string[] = [];
  if (languages !== undefined && languages.length > 0) conditions.push(isOneOf('language', languages));
  if (kinds !== undefined && kinds.length > 0 && table === 'chunks') conditions.push(isOneOf('kind', kinds));
  if (within !== undefined && within.length > 0) conditions.push(anyOf(within.map(withinCondition)));
  if (include !== undefined && include.length > 0) conditions.push(anyOf(await globConditions(include, paths)));
  if (exclude !== undefined && exclude.length > 0) conditions.push(`NOT ${anyOf(await globConditions(exclude, paths))}`);
  const needed = conditions.filter((condition) => condition !== 'TRUE');
  return needed.length === 0 ? undefined : allOf(needed);
}

function withinCondition(prefix: string): string {
  if (prefix === '' || prefix === '/') return 'TRUE';
  return prefix.endsWith('/') ? isBelow(prefix) : isOneOf('path', [prefix]);
}

/** A glob that SQL cannot say becomes the list of the known paths that it matches: exact, and only for rare forms. */
async function globConditions(globs: readonly string[], paths: KnownPaths): Promise<string[]> {
  const conditions: string[] = [];
  const others: ((path: string) => boolean)[] = [];
  for (const glob of globs) {
    const condition = globCondition(glob);
    if (condition === null) others.push(globMatcher(glob));
    else conditions.push(condition);
  }
  if (others.length > 0) {
    const matched = (await paths()).filter((path) => others.some((matches) => matches(path)));
    conditions.push(isOneOf('path', matched));
  }
  return conditions;
}

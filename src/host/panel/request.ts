import type { PanelFilters } from '../../protocol/panel.ts';
import { NO_FILTERS } from '../../protocol/panel.ts';
import type { SearchFilters, SearchMode, SearchRequest } from '../../protocol/search.ts';

/** Places and names of tests in the languages that Quarry knows. */
const TEST_GLOBS: readonly string[] = [
  '**/{test,tests,__tests__,spec,specs,testdata,e2e}/**',
  '**/*.{test,spec}.*',
  '**/*_{test,spec}.*',
  '**/test_*.*',
  '**/*{Test,Tests,Spec}.{java,kt,scala,swift,cs,php}',
];

/**
 * What a person means by a path typed into a filter: `*.ts` is any such file, `src` is that folder (or file) wherever it is, and
 * `src/upload` is that folder from the top. A pattern that already says so is taken as it is.
 */
export function expandGlob(typed: string): readonly string[] {
  const glob = typed
    .trim()
    .replace(/\\/gu, '/')
    .replace(/^\.?\/+/u, '')
    .replace(/\/+$/u, '');
  if (glob === '') return [];
  if (glob.startsWith('**/') || glob.endsWith('/**')) return [glob];
  const hasPattern = /[*?[{]/u.test(glob);
  if (!glob.includes('/')) return hasPattern ? [`**/${glob}`] : [`**/${glob}`, `**/${glob}/**`];
  return hasPattern ? [glob] : [glob, `${glob}/**`];
}

/** The request for what stands in the panel. `opened` are the folders that may be searched: others are left out. */
export function toRequest(
  search: { readonly question: string; readonly filters: PanelFilters; readonly limit: number },
  similarTo: SearchRequest['similarTo'] | undefined,
  opened: readonly string[],
): SearchRequest {
  const { filters } = search;
  const include = filters.include.flatMap(expandGlob);
  const exclude = [...filters.exclude.flatMap(expandGlob), ...(filters.skipTests ? TEST_GLOBS : [])];
  const folders = filters.folders.filter((folder) => opened.includes(folder));
  const narrowed: SearchFilters = {
    ...(filters.languages.length > 0 && { languages: filters.languages }),
    ...(filters.kinds.length > 0 && { kinds: filters.kinds }),
    ...(include.length > 0 && { include }),
    ...(exclude.length > 0 && { exclude }),
  };
  return {
    query: search.question,
    mode: filters.mode,
    limit: search.limit,
    rows: 'symbol',
    filters: narrowed,
    ...(folders.length > 0 && { folders }),
    ...(similarTo !== undefined && { similarTo }),
  };
}

/** What another part of the extension asks the panel to show. */
export interface PanelStart {
  readonly mode?: SearchMode;
  readonly similarTo?: NonNullable<SearchRequest['similarTo']>;
  readonly filters?: SearchFilters;
  /** Folders to search, as the engine names them; all when absent. */
  readonly folders?: readonly string[];
}

/** The panel's filters for such a start: only what it names, so that nothing chosen earlier hides results. */
export function filtersOf(start: PanelStart, mode: SearchMode): PanelFilters {
  return {
    ...NO_FILTERS,
    mode: start.mode ?? mode,
    folders: start.folders ?? [],
    languages: start.filters?.languages ?? [],
    kinds: start.filters?.kinds ?? [],
    include: start.filters?.include ?? [],
    exclude: start.filters?.exclude ?? [],
  };
}

/** A place in words: `retry.ts:38–54`. */
export function placeLabel(place: { readonly path: string; readonly startLine: number; readonly endLine: number }): string {
  const name = place.path.slice(place.path.lastIndexOf('/') + 1);
  const lines = place.startLine === place.endLine ? `${place.startLine}` : `${place.startLine}–${place.endLine}`;
  return `${name}:${lines}`;
}

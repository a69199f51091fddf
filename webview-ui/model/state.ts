import type { PanelFilters, PanelHit, PanelResults, PanelSimilar, PanelWorkspace } from '../../src/protocol/panel.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { type FileGroup, groupByFile } from './groups.ts';

/** An answer as it is shown: the rows in their order, and what was asked. */
export interface Shown extends Omit<PanelResults, 'hits'> {
  readonly groups: readonly FileGroup[];
  /** What a further answer must have asked to be a refinement of this one. */
  readonly asked: string;
  readonly limit: number;
  /** The answer in its own order, while rows that the person has reached hold another one back. */
  readonly better: readonly PanelHit[] | null;
}

/** Everything that the panel shows. */
export interface PanelState extends PanelWorkspace {
  /** False until the host has answered for the first time. */
  readonly ready: boolean;
  readonly session: string | null;
  readonly question: string;
  readonly filters: PanelFilters;
  readonly similar: PanelSimilar | null;
  readonly filtersOpen: boolean;
  readonly busy: boolean;
  readonly shown: Shown | null;
  /** Why there is no answer; `badQuestion` when nothing is wrong but the question. */
  readonly failure: { readonly sentence: string; readonly badQuestion: boolean } | null;
  readonly active: string | null;
  readonly collapsed: readonly string[];
  /** Keys of the hits whose reasons are shown. */
  readonly explained: readonly string[];
  readonly history: readonly string[];
  /** Language ids met in answers so far, for the filter. */
  readonly languages: readonly string[];
  readonly scrollTop: number;
  /** Grows each time that the host or a key asks for the focus. */
  readonly focus: { readonly target: 'question' | 'results'; readonly count: number };
}

export const FIRST_STATE: PanelState = {
  ready: false,
  session: null,
  question: '',
  filters: NO_FILTERS,
  similar: null,
  filtersOpen: false,
  busy: false,
  shown: null,
  failure: null,
  active: null,
  collapsed: [],
  explained: [],
  history: [],
  languages: [],
  scrollTop: 0,
  focus: { target: 'question', count: 0 },
  folders: [],
  statuses: [],
  health: { state: 'starting', message: '' },
  problems: [],
};

/** Two searches that ask for the same, so that the later answer refines the earlier one. */
export function askedFor(question: string, filters: PanelFilters, similar: PanelSimilar | null): string {
  return JSON.stringify([question.trim(), filters, similar?.label ?? null]);
}

/** An answer as it came, in its own order. */
export function showAsCame(results: PanelResults, asked: string, limit: number): Shown {
  const { hits, ...rest } = results;
  return { ...rest, groups: groupByFile(hits), asked, limit, better: null };
}

/** The same rows with the marks for changed and deleted files renewed. */
export function markStale(shown: Shown, changed: ReadonlySet<number>, deleted: ReadonlySet<number>): Shown {
  const mark = (hit: PanelHit): PanelHit => {
    const stale = deleted.has(hit.id) ? 'deleted' : changed.has(hit.id) ? 'changed' : null;
    return stale === hit.stale ? hit : { ...hit, stale };
  };
  return {
    ...shown,
    groups: shown.groups.map((group) => ({ ...group, hits: group.hits.map(mark) })),
    better: shown.better?.map(mark) ?? null,
  };
}

/** Languages of an answer added to those known, sorted. */
export function withLanguages(known: readonly string[], hits: readonly PanelHit[]): readonly string[] {
  const all = new Set([...known, ...hits.map((hit) => hit.language)].filter((language) => language !== ''));
  return all.size === known.length ? known : [...all].sort();
}

export function countHits(shown: Shown): number {
  return shown.groups.reduce((count, group) => count + group.hits.length, 0);
}

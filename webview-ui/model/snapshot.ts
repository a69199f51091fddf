import { FIRST_STATE, type PanelState } from './state.ts';

/** Raise it when the shape of the kept state changes: an older one is then forgotten. */
const FORMAT = 1;

/** What survives hiding and reloading the view. */
const KEPT = [
  'session',
  'question',
  'filters',
  'similar',
  'filtersOpen',
  'shown',
  'active',
  'collapsed',
  'explained',
  'history',
  'languages',
  'scrollTop',
] as const satisfies readonly (keyof PanelState)[];

/** The part of the state that is kept, as plain data. */
export function takeSnapshot(state: PanelState): unknown {
  return { format: FORMAT, ...Object.fromEntries(KEPT.map((key) => [key, state[key]])) };
}

/** The state to start with. What was kept by this version of the panel is taken over; anything else starts afresh. */
export function readSnapshot(kept: unknown): PanelState {
  if (!isRecord(kept) || kept.format !== FORMAT || !looksRight(kept)) return FIRST_STATE;
  const values = Object.fromEntries(KEPT.map((key) => [key, kept[key]]));
  return { ...FIRST_STATE, ...values };
}

/** Only this panel writes the snapshot; the check is for one that was cut or written by a development version. */
function looksRight(kept: Readonly<Record<string, unknown>>): boolean {
  const lists = ['collapsed', 'explained', 'history', 'languages'].every((key) => isStrings(kept[key]));
  const filters = kept.filters;
  const shown = kept.shown;
  const filtersRight = isRecord(filters) && ['folders', 'languages', 'kinds', 'include', 'exclude'].every((key) => isStrings(filters[key]));
  const shownRight = shown === null || (isRecord(shown) && Array.isArray(shown.groups) && shown.groups.every(isGroup));
  return lists && filtersRight && shownRight && typeof kept.question === 'string' && typeof kept.scrollTop === 'number';
}

function isGroup(value: unknown): boolean {
  if (!isRecord(value) || typeof value.key !== 'string' || !Array.isArray(value.hits)) return false;
  return value.hits.every(
    (hit: unknown) =>
      isRecord(hit) && typeof hit.text === 'string' && typeof hit.path === 'string' && isStrings(hit.matched) && Array.isArray(hit.why),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

import { CHUNK_KINDS } from '../../core/chunk.ts';
import type { FromPanel, PanelFilters } from '../../protocol/panel.ts';
import { MOST_HITS, PANEL_ACTIONS } from '../../protocol/panel.ts';
import { CANDIDATES } from '../../protocol/rerank.ts';
import type { SearchMode } from '../../protocol/search.ts';

const MODES: readonly SearchMode[] = ['hybrid', 'semantic', 'keyword'];
/** The engine answers a longer question with a sentence of its own; beyond this nothing is even looked at. */
const LONGEST_QUESTION = 100_000;
const LONGEST_LIST = 200;
const LONGEST_FILTER = 1_000;

/**
 * A message of the panel, checked field by field; null for anything else. A webview shows the contents of files, so what comes out of it
 * is treated as a stranger's: hits only by number, actions only from the list.
 */
export function readMessage(value: unknown): FromPanel | null {
  if (!isRecord(value)) return null;
  switch (value.type) {
    case 'ready': {
      const session = value.session;
      return session === null || isText(session, 100) ? { type: 'ready', session } : null;
    }
    case 'search':
      return readSearch(value);
    case 'cancel':
      return { type: 'cancel' };
    case 'draft': {
      const { question } = value;
      const filters = readFilters(value.filters);
      return isText(question, LONGEST_QUESTION) && filters !== null ? { type: 'draft', question, filters } : null;
    }
    case 'open': {
      const { hit, toSide, keepFocus } = value;
      return isCount(hit) && isFlag(toSide) && isFlag(keepFocus) ? { type: 'open', hit, toSide, keepFocus } : null;
    }
    case 'copyPath':
    case 'findSimilar': {
      const { hit } = value;
      return isCount(hit) ? { type: value.type, hit } : null;
    }
    case 'forget': {
      const { question } = value;
      return question === null || isText(question, LONGEST_QUESTION) ? { type: 'forget', question } : null;
    }
    case 'rerank': {
      const { enabled, candidates } = value;
      if (!isFlag(enabled) || !isCount(candidates) || candidates < CANDIDATES.least || candidates > CANDIDATES.most) return null;
      return { type: 'rerank', enabled, candidates };
    }
    case 'boxFocused':
      return { type: 'boxFocused' };
    case 'run': {
      const action = PANEL_ACTIONS.find((known) => known === value.action);
      return action === undefined ? null : { type: 'run', action };
    }
    default:
      return null;
  }
}

function readSearch(value: Readonly<Record<string, unknown>>): FromPanel | null {
  const { search, question, similar, limit, remember } = value;
  const filters = readFilters(value.filters);
  if (filters === null || !isCount(search) || !isText(question, LONGEST_QUESTION)) return null;
  if (!isFlag(similar) || !isFlag(remember) || !isCount(limit) || limit < 1 || limit > MOST_HITS) return null;
  return { type: 'search', search, question, filters, similar, limit, remember };
}

/** Filters as kept or sent by the panel; null when they are not filters. */
export function readFilters(value: unknown): PanelFilters | null {
  if (!isRecord(value)) return null;
  const mode = MODES.find((known) => known === value.mode);
  const { folders, languages, include, exclude, skipTests, kinds } = value;
  if (mode === undefined || !isFlag(skipTests) || !isTexts(kinds)) return null;
  if (!isTexts(folders) || !isTexts(languages) || !isTexts(include) || !isTexts(exclude)) return null;
  return { mode, folders, languages, include, exclude, skipTests, kinds: CHUNK_KINDS.filter((kind) => kinds.includes(kind)) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= LONGEST_LIST && value.every((item) => isText(item, LONGEST_FILTER));
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

import { CHUNK_KINDS } from '../../src/core/chunk.ts';
import { LANGUAGES } from '../../src/core/languages.ts';

/** A filter or a value of one that can stand at the caret. */
export interface Completion {
  readonly insert: string;
  readonly detail: string;
}

/** Completions for the text from `start` to `end`. */
export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
}

const MOST_ITEMS = 8;

const FILTERS: readonly Completion[] = [
  { insert: 'lang:', detail: 'only a language' },
  { insert: 'path:', detail: 'only a place, such as src/**' },
  { insert: '-path:', detail: 'not a place' },
  { insert: 'file:', detail: 'only a file name' },
  { insert: 'kind:', detail: 'only functions, classes, …' },
  { insert: 'sym:', detail: 'only a symbol' },
  { insert: 'in:', detail: 'only a folder of the workspace' },
];

/**
 * What can stand at the caret: values behind `lang:` and `kind:`, and the filters themselves when the person asks for them, because
 * `file` and `in` are plain words too. Languages met in answers come first. Null when there is nothing to offer.
 */
export function completionsAt(text: string, caret: number, known: readonly string[], asked: boolean): Completions | null {
  const word = /\S*$/u.exec(text.slice(0, caret))?.[0] ?? '';
  const value = /^-?(lang|kind):(?:[^,]*,)*([^,]*)$/iu.exec(word);
  if (value !== null) {
    const typed = (value[2] ?? '').toLowerCase();
    const items = value[1]?.toLowerCase() === 'lang' ? languagesLike(typed, known) : kindsLike(typed);
    return offer(caret - typed.length, caret, items, typed);
  }
  if (!asked || word.includes(':')) return null;
  const typed = word.toLowerCase();
  return offer(
    caret - word.length,
    caret,
    FILTERS.filter(({ insert }) => insert.startsWith(typed)),
    typed,
  );
}

function offer(start: number, end: number, items: readonly Completion[], typed: string): Completions | null {
  const [only] = items;
  if (only === undefined || (items.length === 1 && only.insert === typed)) return null;
  return { start, end, items: items.slice(0, MOST_ITEMS) };
}

function languagesLike(typed: string, known: readonly string[]): readonly Completion[] {
  const fitting = LANGUAGES.filter(({ id, name, aliases, extensions }) =>
    [id, name.toLowerCase(), ...aliases, ...extensions].some((word) => word.startsWith(typed)),
  );
  const met = fitting.filter(({ id }) => known.includes(id));
  const others = fitting.filter(({ id, role }) => !known.includes(id) && (role === 'code' || typed !== ''));
  return [...met, ...others].map(({ id, name }) => ({ insert: id, detail: name }));
}

function kindsLike(typed: string): readonly Completion[] {
  return CHUNK_KINDS.filter((kind) => kind !== 'rest' && kind.startsWith(typed)).map((kind) => ({ insert: kind, detail: '' }));
}

/** The text with the completion in place, and where the caret then stands. A value is followed by a space, a filter by its value. */
export function applyCompletion(text: string, at: Completions, item: Completion): { readonly text: string; readonly caret: number } {
  const rest = text.slice(at.end);
  const inserted = item.insert.endsWith(':') || /^\s/u.test(rest) ? item.insert : `${item.insert} `;
  return { text: text.slice(0, at.start) + inserted + rest, caret: at.start + inserted.length };
}

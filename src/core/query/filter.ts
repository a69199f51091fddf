import type { ParsedQuery } from './parse.ts';

/** What of a hit the conditions look at that the store cannot answer itself. */
export interface FilteredText {
  readonly symbol: string;
  readonly names: string;
  readonly text: string;
}

/**
 * A predicate for the conditions of a question that only the text can answer: exact phrases (any case of letters) and `sym:` names
 * (whole names between dots, any case). Null when there are none.
 */
export function textCondition(query: Pick<ParsedQuery, 'phrases' | 'symbols'>): ((row: FilteredText) => boolean) | null {
  if (query.phrases.length === 0 && query.symbols.length === 0) return null;
  const phrases = query.phrases.map((phrase) => phrase.toLowerCase());
  const symbols = query.symbols.map((symbol) => symbol.toLowerCase());
  return ({ symbol, names, text }) => {
    if (symbols.length > 0) {
      const whole = symbol.toLowerCase();
      const own = new Set([whole, ...whole.split(/\.|::/), ...names.toLowerCase().split(' ')]);
      if (!symbols.some((name) => own.has(name) || whole.endsWith(`.${name}`))) return false;
    }
    const lower = phrases.length > 0 ? text.toLowerCase() : '';
    return phrases.every((phrase) => lower.includes(phrase));
  };
}

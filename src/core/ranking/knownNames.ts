import { identifierParts, stem } from '../identifiers.ts';
import type { PathClass } from './constants.ts';
import { pathClasses } from './pathClasses.ts';
import { type PathWords, pathWords } from './paths.ts';

/** Names of either kind that are remembered; all are forgotten when there are more. */
const MOST = 20_000;

/** What a path tells. */
export interface PathFacts {
  readonly words: PathWords;
  readonly classes: readonly PathClass[];
}

/** What ranking works out of a name alone. Kept from question to question by whoever asks them: the same files and symbols come again. */
export interface KnownNames {
  factsOf(path: string, language: string): PathFacts;
  /** The distinct words of a symbol's last name, stemmed. */
  wordsOf(symbol: string): readonly string[];
}

export function createKnownNames(): KnownNames {
  const paths = new Map<string, PathFacts & { readonly language: string }>();
  const symbols = new Map<string, readonly string[]>();
  return {
    factsOf: (path, language) => {
      const known = paths.get(path);
      if (known?.language === language) return known;
      const facts = { language, words: pathWords(path), classes: pathClasses(path, language) };
      remember(paths, path, facts);
      return facts;
    },
    wordsOf: (symbol) => symbols.get(symbol) ?? remember(symbols, symbol, wordsOfSymbol(symbol)),
  };
}

function remember<Value>(known: Map<string, Value>, name: string, value: Value): Value {
  if (known.size >= MOST) known.clear();
  known.set(name, value);
  return value;
}

function wordsOfSymbol(symbol: string): string[] {
  const last = symbol.slice(Math.max(symbol.lastIndexOf('.'), symbol.lastIndexOf(':')) + 1);
  return [...new Set(identifierParts(last).map(stem))];
}

import { resolveLanguage } from '../core/languages.ts';
import { UsageError } from './usage.ts';

/** The language ids of `--lang` words; an unknown word is bad use. */
export function languageIds(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    const ids = resolveLanguage(word.toLowerCase());
    if (ids === undefined) throw new UsageError(`Quarry knows no language "${word}". Try a name such as python, ts, go or c++.`);
    return ids;
  });
}

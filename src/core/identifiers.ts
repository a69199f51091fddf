import { stemmer } from 'stemmer';
import { endOfPart, startOfPart } from './subtokens.ts';

/**
 * Words of questions and of comments that say nothing about what is looked for. They are left out on both sides, and `get` and `use` with
 * them: they begin a tenth of all function names.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an the of to in for on with and or is are be by from as at it its this that these those into when if not no do does did how what ' +
    'where which who why can could should would will i we you he she they my our your their was were been being has have had than then ' +
    'so such there here about via using use used get'
  ).split(' '),
);

/** Longer runs are data (hashes, base64, minified code), not names. */
const LONGEST_WORD = 80;
/** Distinct words whose tokens are remembered; emptied when full, so that memory stays bounded. */
const WORDS_KEPT = 200_000;

const RUN = /[A-Za-z0-9_$\u0080-\uffff]+/g;
const NOT_ASCII = /[\u0080-\uffff]/;
const WORD = /[\p{L}\p{M}\p{N}_$]+/gu;

/**
 * The parts of an identifier with letters outside ASCII, by the same rule as `endOfPart`. The embedder's rule takes every such letter for a
 * small one, because it must be the same wherever Unicode's tables differ; a keyword search for `Änderung` needs its capital.
 */
const PART = /\p{Lu}{2,}s(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{Lu}+|\p{N}+/gu;

/** Scripts that are written without spaces: a run of them is searched by its pairs of characters. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

const stems = new Map<string, string>();
/** Joined with spaces, because indexing only ever joins them. */
const tokensOfWords = new Map<string, string>();

/**
 * The lower-case parts of an identifier, in order: `parse_HTTPRequest2` gives `parse`, `http`, `request`, `2`. Unlike the embedder's tokens
 * (`forEachSubtoken`) long numbers stay what they are: a search for an error number needs the number.
 */
export function identifierParts(identifier: string): string[] {
  if (NOT_ASCII.test(identifier)) return (identifier.match(PART) ?? []).map((part) => part.toLowerCase());
  const parts: string[] = [];
  let end = 0;
  for (
    let start = startOfPart(identifier, 0, identifier.length);
    start < identifier.length;
    start = startOfPart(identifier, end, identifier.length)
  ) {
    end = endOfPart(identifier, start, identifier.length);
    parts.push(identifier.substring(start, end).toLowerCase());
  }
  return parts;
}

/** The Porter stem of a lower-case word. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= WORDS_KEPT) stems.clear();
  const result = stemmer(word);
  stems.set(word, result);
  return result;
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The words, identifiers and numbers of a text as they stand in it. */
export function wordsOf(text: string): string[] {
  const runs = text.match(RUN) ?? [];
  return NOT_ASCII.test(text) ? runs.flatMap((run) => (NOT_ASCII.test(run) ? (run.match(WORD) ?? []) : [run])) : runs;
}

/** The token that stands for a whole identifier of several parts, however it is written: `retry_upload` and `retryUpload` are one. */
export function compoundToken(identifier: string): string {
  return `=${identifier.replace(/[_$]/g, '').toLowerCase()}`;
}

function pairsOf(part: string): string[] {
  const characters = [...part];
  if (characters.length < 3) return [part];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function tokensOfWord(word: string): readonly string[] {
  if (word.length > LONGEST_WORD) return [];
  const parts = identifierParts(word);
  const tokens: string[] = parts.length > 1 ? [compoundToken(word)] : [];
  for (const part of parts) {
    if (NOT_ASCII.test(part) && UNSPACED.test(part)) tokens.push(...pairsOf(part));
    else if ((part.length > 1 || (part >= '0' && part <= '9')) && !STOP_WORDS.has(part)) tokens.push(stem(part));
  }
  return tokens;
}

/**
 * What full-text search sees of a text, in order: the stemmed parts of every identifier and word without stop words, and before the
 * parts of a compound the compound itself (`retryUpload` gives `=retryupload`, `retri`, `upload`). Code and questions go through the
 * same function. No token holds a space.
 */
export function searchTokens(text: string): string[] {
  const joined = searchText(text);
  return joined === '' ? [] : joined.split(' ');
}

/** The same joined with spaces, which is how the store reads them. */
export function searchText(text: string): string {
  let joined = '';
  for (const word of wordsOf(text)) {
    let found = tokensOfWords.get(word);
    if (found === undefined) {
      if (tokensOfWords.size >= WORDS_KEPT) tokensOfWords.clear();
      found = tokensOfWord(word).join(' ');
      tokensOfWords.set(word, found);
    }
    if (found !== '') joined = joined === '' ? found : `${joined} ${found}`;
  }
  return joined;
}

/** The distinct tokens of a question, for the store's full-text query; empty when it holds only stop words. */
export function questionTokens(question: string): string[] {
  return [...new Set(searchTokens(question))];
}

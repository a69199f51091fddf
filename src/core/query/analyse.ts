import { isStopWord, wordsOf } from '../identifiers.ts';
import { isChange } from './change.ts';

/** What kind of thing a person typed; it decides the weights of ranking. */
export type QuestionKind = 'symbol' | 'path' | 'change' | 'question' | 'keywords' | 'code' | 'error-message';

export interface QuestionAnalysis {
  /** Trimmed, as typed. */
  readonly text: string;
  readonly kind: QuestionKind;
  /** Words, identifiers and numbers, as they stand. */
  readonly words: readonly string[];
  /** Words that can only be names in code: `retryUpload`, `max_size`, `HTTPServer`. */
  readonly identifiers: readonly string[];
  /** The symbol asked for when the whole question is one, qualified with dots (`Class.method`); else empty. */
  readonly symbol: string;
  /** Names whose definitions are to be looked up in the store, most likely first; they match in any case of letters. */
  readonly names: readonly string[];
}

/** More names than this are code pasted in, and each costs the store time. */
const MOST_NAMES = 24;

const SEPARATOR = /::|\.|#|->|\\|\//;
const SYMBOL = /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:::|\.|#|->|\\|\/)[\p{L}_$][\p{L}\p{N}_$]*[?!]?)*(?:\(\))?[?!=]?$/u;
const COMPOUND = /[\p{Ll}\p{N}]\p{Lu}|_\p{L}|\p{Lu}{2,}\p{Ll}/u;
/** Plain words that stand as code in a sentence: `.refine`, `fmt::arg`, `parse()`, and what is between back quotes. */
const WRITTEN_AS_CODE = /(?:\.|::)([\p{L}_]\w{2,})\b(?!\.)|`([\p{L}_]\w+)`|\b([\p{L}_]\w+)\(\)/gu;
const INTERROGATIVE = /^(how|what|where|why|when|which|who|does|is|can|do|are|should)\b/i;
const PATH = /^[\w@$.~+()[\]-]*(?:[\\/][\w@$.~+()[\]-]+)+\.[a-z][a-z0-9]{0,5}$|^[\w@$+-][\w@$.+-]*\.[a-z][a-z0-9]{0,5}$/i;
/** Extensions that tell `routing.py` from `app.get`. */
const SOURCE_EXTENSION =
  /\.(?:[cm]?[jt]sx?|py|pyi|java|kts?|c|h|cc|cpp|cxx|hpp|hh|cs|go|rs|rb|php|swift|scala|lua|sh|exs?|hs|mli?|zig|dart|jl|r|html?|s?css|less|vue|svelte|json|ya?ml|toml|md|sql|proto|gradle)$/i;
const ERROR = /\b\w*(?:Error|Exception|Panic)\b\s*[:(]|^(?:error|fatal|panic|warning|traceback)\b.*[:[]|\bat .+:\d+(?::\d+)?\)?$/im;
const CODE = /[{};]\s*$|=>|\)\s*\{|^\s*(?:def|fn|func|function|class|import|const|let|var|public|private|return|if|for)\b.*[({:;=]/m;

function kindOf(text: string, words: readonly string[]): QuestionKind {
  if (!/\s/.test(text) && PATH.test(text) && SOURCE_EXTENSION.test(text)) return 'path';
  if (SYMBOL.test(text)) return 'symbol';
  if (ERROR.test(text)) return 'error-message';
  if (CODE.test(text) && /[(){};=]/.test(text)) return 'code';
  if (isChange(text)) return 'change';
  if (INTERROGATIVE.test(text) || text.endsWith('?') || words.length >= 6) return 'question';
  return 'keywords';
}

/** Says what was asked: the kind of question, the identifiers in it and the names to look up. Works on the words without filters. */
export function analyseQuestion(question: string): QuestionAnalysis {
  const text = question.trim();
  const words = wordsOf(text);
  const kind = kindOf(text, words);
  const identifiers = [...new Set(words.filter((word) => COMPOUND.test(word)))];
  if (kind === 'symbol') {
    const parts = text
      .replace(/\(\)|[?!=]$/g, '')
      .split(SEPARATOR)
      .filter((part) => part !== '');
    const symbol = parts.join('.');
    const last = parts.slice(-1);
    // In Ruby and Elixir the sign belongs to the name; elsewhere it was meant as one.
    const sign = /[?!=]$/.exec(text)?.[0] ?? '';
    return { text, kind, words, identifiers, symbol, names: sign === '' ? last : [`${last[0]}${sign}`, ...last] };
  }
  const written = [...text.matchAll(WRITTEN_AS_CODE)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const names = [...new Set([...identifiers, ...written])].filter(
    (word) => word.length > 2 && !isStopWord(word.toLowerCase()) && !SOURCE_EXTENSION.test(`.${word}`),
  );
  return { text, kind, words, identifiers, symbol: '', names: names.slice(0, MOST_NAMES) };
}

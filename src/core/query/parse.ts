import { CHUNK_KINDS, type ChunkKind } from '../chunk.ts';
import { analyseQuestion } from './analyse.ts';
import { placesIn } from './places.ts';

/** A question as typed, taken apart: what is looked for, and where. */
export interface ParsedQuery {
  /** The words without filters; exact phrases stay among them. */
  readonly text: string;
  /** Texts between double quotes: a hit must hold each of them, in any case of letters. None in pasted code and messages. */
  readonly phrases: readonly string[];
  /** Language ids of `lang:`; any of them. */
  readonly languages: readonly string[];
  /** Globs of `path:`, `file:` and `in:`; a path must match one of them. */
  readonly include: readonly string[];
  /** Globs of `-path:`, `-file:` and `-in:`. */
  readonly exclude: readonly string[];
  readonly kinds: readonly ChunkKind[];
  /** Names of `sym:`; a hit must define or stand in one of them. */
  readonly symbols: readonly string[];
  /** Sentences for a person about what was not understood. */
  readonly hints: readonly string[];
}

/** Turns what people type for a language (`ts`, `c++`) into language ids, or undefined. */
export type LanguageResolver = (word: string) => readonly string[] | undefined;

/** What is longer says nothing more; the rest is left out and a hint says so. */
const LONGEST_QUESTION = 4000;

/** A filter (with an optional quoted value), a quoted phrase, or a run without spaces. */
const PIECE = /(-?)([a-z]+):(?:"([^"]*)"|([^\s"]+))|"([^"]*)"|\S+/gu;
const FILTER_NAMES = ['lang', 'path', 'file', 'in', 'kind', 'sym'] as const;
type FilterName = (typeof FILTER_NAMES)[number];

const FILTER_ALIASES: Readonly<Record<string, FilterName>> = {
  lang: 'lang',
  language: 'lang',
  l: 'lang',
  path: 'path',
  file: 'file',
  in: 'in',
  kind: 'kind',
  type: 'kind',
  sym: 'sym',
  symbol: 'sym',
};

const UNFINISHED = new RegExp(`^-?(?:${Object.keys(FILTER_ALIASES).join('|')}):$`);

const KIND_ALIASES: Readonly<Record<string, ChunkKind>> = {
  fn: 'function',
  func: 'function',
  def: 'function',
  var: 'constant',
  const: 'constant',
  protocol: 'interface',
  record: 'struct',
  namespace: 'module',
  heading: 'section',
  doc: 'section',
};

const GLOB = /[*?[\]{}]/;

/** `src` means a folder or file of that name anywhere; a trailing slash a folder from the root; a glob is taken as it is. */
function pathGlobs(value: string): string[] {
  const path = value.replaceAll('\\', '/').replace(/^\.?\//, '');
  if (GLOB.test(path)) return [path];
  if (path.endsWith('/')) return [`${path}**`];
  return [path, `${path}/**`, `**/${path}`, `**/${path}/**`];
}

/** `routing.py` means files of that name; without a dot, any extension. */
function fileGlobs(value: string): string[] {
  if (value.includes('/')) return pathGlobs(value);
  if (GLOB.test(value)) return [`**/${value}`];
  return value.includes('.') ? [`**/${value}`] : [`**/${value}`, `**/${value}.*`];
}

/** `in:src/http` means everything below that folder. */
function folderGlobs(value: string): string[] {
  const path = value
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '')
    .replace(/\/+$/, '');
  return GLOB.test(path) ? [path] : [`${path}/**`];
}

const GLOBS_OF = { path: pathGlobs, file: fileGlobs, in: folderGlobs } as const;

interface Collected {
  readonly words: string[];
  readonly phrases: string[];
  readonly languages: string[];
  readonly include: string[];
  readonly exclude: string[];
  readonly kinds: ChunkKind[];
  readonly symbols: string[];
  readonly hints: string[];
}

function resolveKind(word: string): ChunkKind | undefined {
  return CHUNK_KINDS.find((kind) => kind === word) ?? KIND_ALIASES[word];
}

/** True when the filter was understood; otherwise the piece is words again. */
function takeFilter(name: FilterName, negated: boolean, value: string, into: Collected, resolveLanguage: LanguageResolver): boolean {
  if (name === 'path' || name === 'file' || name === 'in') {
    (negated ? into.exclude : into.include).push(...GLOBS_OF[name](value));
    return true;
  }
  if (negated) {
    into.hints.push(`-${name}: cannot be excluded; only -path:, -file: and -in: can.`);
    return false;
  }
  if (name === 'sym') {
    into.symbols.push(value);
    return true;
  }
  const parts = value
    .toLowerCase()
    .split(',')
    .filter((part) => part !== '');
  const known = (part: string) => (name === 'lang' ? resolveLanguage(part) : resolveKind(part)) !== undefined;
  const unknown = parts.filter((part) => !known(part));
  if (unknown.length > 0) {
    const what = name === 'lang' ? 'language' : 'kind';
    const choices = name === 'kind' ? ` Kinds are ${CHUNK_KINDS.join(', ')}.` : '';
    into.hints.push(`Quarry knows no ${what} "${unknown.join('", "')}"; it was searched as words.${choices}`);
    return false;
  }
  if (name === 'lang') into.languages.push(...parts.flatMap((part) => resolveLanguage(part) ?? []));
  else into.kinds.push(...parts.map(resolveKind).filter((kind) => kind !== undefined));
  return true;
}

function takePiece(match: RegExpExecArray, into: Collected, resolveLanguage: LanguageResolver): void {
  const [piece, sign, word, quotedValue, plainValue, phrase] = match;
  if (phrase !== undefined) {
    if (phrase.trim() !== '') into.phrases.push(phrase);
    into.words.push(phrase);
    return;
  }
  const value = quotedValue ?? plainValue;
  // `std::vector` and `http://host` are words, not filters.
  if (word === undefined || value === undefined || value.startsWith(':') || value.startsWith('//')) {
    into.words.push(piece);
    return;
  }
  const name = FILTER_ALIASES[word];
  if (name === undefined)
    into.hints.push(`Quarry knows no filter "${word}:"; it was searched as words. Filters are ${FILTER_NAMES.join(':, ')}:.`);
  if (name === undefined || !takeFilter(name, sign === '-', value, into, resolveLanguage)) into.words.push(piece);
}

/** Code, the text of an error and a stack trace have quotes of their own. A question that begins with one is an exact phrase all the same. */
function isPasted(text: string): boolean {
  if (/^\s*"/.test(text)) return false;
  const { kind } = analyseQuestion(text);
  return kind === 'code' || kind === 'error-message' || placesIn(text).some(({ line }) => line > 0);
}

/** Takes a question apart. It never fails: what is not understood is searched as words, and a hint says so. */
export function parseQuery(text: string, resolveLanguage: LanguageResolver = () => undefined): ParsedQuery {
  const into: Collected = { words: [], phrases: [], languages: [], include: [], exclude: [], kinds: [], symbols: [], hints: [] };
  const read = text.slice(0, LONGEST_QUESTION);
  if (read.length < text.length)
    into.hints.push(`Only the first ${LONGEST_QUESTION.toLocaleString('en')} characters of the question were used.`);
  const pasted = isPasted(read);
  for (const match of read.matchAll(PIECE)) {
    if (pasted && match[5] !== undefined) into.words.push(match[0]);
    else takePiece(match, into, resolveLanguage);
  }
  // A question without any filter or phrase keeps its own line breaks: it may be a piece of code.
  // `lang:` at the end is a filter that is still being typed: nobody looks for that word.
  const unfinished = !pasted && UNFINISHED.test(into.words.at(-1) ?? '');
  if (unfinished) into.words.pop();
  const untouched = !unfinished && into.words.length > 0 && (pasted || !read.includes('"')) && !/(^|\s)-?[a-z]+:[^\s:/]/.test(read);
  const words = untouched ? read.trim() : into.words.join(' ').trim();
  // `sym:Foo` alone looks for Foo.
  return { ...into, text: words === '' ? into.symbols.join(' ') : words };
}

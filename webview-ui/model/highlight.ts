import { grammarFor, highlighter } from './languages.ts';

/** A stretch of text with one colour; `scope` is highlight.js's name for what it is, empty for plain text. */
export interface Token {
  readonly text: string;
  readonly scope: string;
}

/** Colouring costs about a millisecond for 20,000 characters; longer chunks stay plain. */
const LONGEST_TEXT = 40_000;

/** Tokens of each line of `text`, in order; their texts joined are exactly the line. Never throws: what is not understood is plain. */
export function highlightLines(text: string, language: string): readonly (readonly Token[])[] {
  const grammar = grammarFor(language);
  if (grammar === null || text.length > LONGEST_TEXT) return plainLines(text);
  const tokens: Token[] = [];
  // highlight.js gives HTML for people and its token tree for other emitters; the tree spares parsing (and trusting) HTML.
  const result: { readonly _emitter?: unknown } = highlighter().highlight(text, { language: grammar, ignoreIllegals: true });
  collect(rootOf(result._emitter), '', tokens);
  const joined = tokens.reduce((length, token) => length + token.text.length, 0);
  return joined === text.length ? splitLines(tokens) : plainLines(text);
}

function plainLines(text: string): readonly (readonly Token[])[] {
  return text.split('\n').map((line) => [{ text: line, scope: '' }]);
}

function rootOf(emitter: unknown): unknown {
  return typeof emitter === 'object' && emitter !== null && 'rootNode' in emitter ? emitter.rootNode : null;
}

function collect(node: unknown, scope: string, into: Token[]): void {
  if (typeof node === 'string') {
    into.push({ text: node, scope });
    return;
  }
  if (typeof node !== 'object' || node === null || !('children' in node) || !Array.isArray(node.children)) return;
  const own = 'scope' in node && typeof node.scope === 'string' ? node.scope : scope;
  for (const child of node.children) collect(child, own, into);
}

function splitLines(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lines: Token[][] = [[]];
  for (const token of tokens) {
    for (const [index, part] of token.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ text: part, scope: token.scope });
    }
  }
  return lines;
}

/** The few kinds of token that have a colour of their own. */
export type TokenClass = 'keyword' | 'string' | 'number' | 'comment' | 'function' | 'type' | 'attribute' | 'plain';

const CLASSES: readonly (readonly [TokenClass, RegExp])[] = [
  ['comment', /^(comment|doctag|quote|meta prompt)/u],
  ['string', /^(string|regexp|char|link|code|addition)/u],
  ['number', /^(number|symbol)/u],
  ['function', /^title\.function|^title$|^section|^built_in/u],
  ['type', /^title\.class|^type|^class/u],
  ['attribute', /^(attr|attribute|property|selector|params\.named|template-variable|variable\.constant)/u],
  ['keyword', /^(keyword|literal|meta|tag|name|variable\.language|bullet|strong|emphasis|operator\.keyword)/u],
];

export function tokenClass(scope: string): TokenClass {
  return CLASSES.find(([, pattern]) => pattern.test(scope))?.[0] ?? 'plain';
}

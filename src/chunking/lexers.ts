import { setFlagsFromString } from 'node:v8';
import type { Parser } from 'web-tree-sitter';

/**
 * Grammars whose lexer is one function of more than 48 kB. V8's optimizing compiler takes memory for such a function that grows faster than its
 * size: some 100 MB for C#, 700 for Bash, three to five GB for Swift and Julia, and above its own limit it aborts the process (Node 24:
 * "Fatal process out of memory: Zone"). Code of V8's baseline compiler makes parsing these a tenth slower and costs nothing else.
 */
export const HUGE_LEXERS: ReadonlySet<string> = new Set([
  'bash',
  'c_sharp',
  'cpp',
  'css',
  'elixir',
  'julia',
  'kotlin',
  'ocaml',
  'ocaml_interface',
  'ruby',
  'swift',
]);

const BASELINE = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
const OPTIMIZING = ['--no-liftoff-only', '--wasm-tier-up', '--wasm-dynamic-tiering'];

/**
 * Has the lexer of a new parser compiled for good by the baseline compiler. A function is compiled at its first call and only then asks V8's flags
 * whether it may be optimized later, so they are changed for one call, which nothing can interrupt. Any identifier calls the lexer, and what the
 * parser itself is made of must have been called before, or it would stay slow as well.
 */
export function keepLexerBaseline(parser: Parser): void {
  for (const flag of BASELINE) setFlagsFromString(flag);
  try {
    parser.parse('a')?.delete();
  } finally {
    for (const flag of OPTIMIZING) setFlagsFromString(flag);
  }
}

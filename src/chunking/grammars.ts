import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { HUGE_LEXERS, keepLexerBaseline } from './lexers.ts';

/** Language id to the grammar that parses it. A language that is not here is cut into windows. */
const GRAMMARS: Readonly<Record<string, string>> = {
  typescript: 'typescript',
  typescriptreact: 'tsx',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  python: 'python',
  java: 'java',
  kotlin: 'kotlin',
  c: 'c',
  cpp: 'cpp',
  csharp: 'c_sharp',
  go: 'go',
  rust: 'rust',
  ruby: 'ruby',
  php: 'php',
  swift: 'swift',
  scala: 'scala',
  lua: 'lua',
  shellscript: 'bash',
  elixir: 'elixir',
  haskell: 'haskell',
  ocaml: 'ocaml',
  'ocaml.interface': 'ocaml_interface',
  zig: 'zig',
  dart: 'dart',
  julia: 'julia',
  r: 'r',
  html: 'html',
  css: 'css',
  vue: 'vue',
  svelte: 'svelte',
  json: 'json',
  jsonc: 'json',
  yaml: 'yaml',
  toml: 'toml',
};

/** Loads grammars from one folder, each when it is first needed. */
export interface Grammars {
  /** A parser set to the grammar, ready for a new text. Rejects when its file is missing or cannot be read. */
  parser(grammar: string): Promise<Parser>;
}

/** The name of the grammar for a language id; undefined when there is none. */
export function grammarOf(languageId: string): string | undefined {
  return Object.hasOwn(GRAMMARS, languageId) ? GRAMMARS[languageId] : undefined;
}

async function loadParser(folder: string, grammar: string): Promise<Parser> {
  const language = await Language.load(new Uint8Array(await readFile(join(folder, `tree-sitter-${grammar}.wasm`))));
  return new Parser().setLanguage(language);
}

/** Has most of what all grammars share compiled: a text in order, and one with a mistake to recover from. */
function callParser(json: Parser): void {
  for (const text of ['{"a": [1, "b", null]}', '{"a": [1, }']) json.parse(text)?.delete();
  json.delete();
}

/** Opens the folder that holds `web-tree-sitter.wasm` and the grammars. Rejects when the former cannot be loaded. */
export async function openGrammars(folder: string): Promise<Grammars> {
  await Parser.init({ locateFile: (name: string) => join(folder, name) });
  const parsers = new Map<string, Promise<Parser>>();
  let warm: Promise<void> | undefined;
  const load = async (grammar: string): Promise<Parser> => {
    const parser = await loadParser(folder, grammar);
    if (!HUGE_LEXERS.has(grammar)) return parser;
    warm ??= loadParser(folder, 'json').then(callParser);
    await warm;
    keepLexerBaseline(parser);
    return parser;
  };
  return {
    parser(grammar) {
      const known = parsers.get(grammar);
      if (known !== undefined) return known;
      const loading = load(grammar);
      parsers.set(grammar, loading);
      return loading;
    },
  };
}

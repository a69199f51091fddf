/** A file of the grammar folder, and where the build finds it under `node_modules`. */
export interface GrammarFile {
  readonly name: string;
  readonly from: string;
}

function own(language: string, packageName = `tree-sitter-${language}`): GrammarFile {
  const name = `tree-sitter-${language}.wasm`;
  return { name, from: `${packageName}/${name}` };
}

function community(language: string): GrammarFile {
  return own(language, `@tree-sitter-grammars/tree-sitter-${language}`);
}

function repomix(language: string): GrammarFile {
  return own(language, '@repomix/tree-sitter-wasms/out');
}

/** Every file that the chunker reads at run time, the parser's own WebAssembly first. */
export const GRAMMAR_FILES: readonly GrammarFile[] = [
  { name: 'web-tree-sitter.wasm', from: 'web-tree-sitter/web-tree-sitter.wasm' },
  own('typescript'),
  own('tsx', 'tree-sitter-typescript'),
  own('javascript'),
  own('python'),
  own('java'),
  own('c'),
  own('cpp'),
  own('c_sharp', 'tree-sitter-c-sharp'),
  own('go'),
  own('rust'),
  own('ruby'),
  own('php'),
  own('scala'),
  own('bash'),
  own('elixir'),
  own('haskell'),
  own('ocaml'),
  own('ocaml_interface', 'tree-sitter-ocaml'),
  own('julia'),
  own('html'),
  own('css'),
  own('json'),
  community('kotlin'),
  community('lua'),
  community('zig'),
  community('yaml'),
  community('toml'),
  community('svelte'),
  repomix('swift'),
  repomix('dart'),
  repomix('vue'),
  own('r', '@davisvaughan/tree-sitter-r'),
];

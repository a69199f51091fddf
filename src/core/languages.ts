/** What a language is for: program text, prose for people, settings and data, or the look of a page. */
export type LanguageRole = 'code' | 'prose' | 'config' | 'markup';

/** One language as Quarry knows it; ids are those of VS Code. */
export interface LanguageInfo {
  readonly id: string;
  readonly name: string;
  readonly role: LanguageRole;
  /** Further words that stand for it in a filter, lower case. */
  readonly aliases: readonly string[];
  /** File name endings in lower case, without the leading dot. */
  readonly extensions: readonly string[];
  /** Whole file names, lower case. */
  readonly fileNames: readonly string[];
}

type Row = readonly [id: string, name: string, role: LanguageRole, extensions: string, aliases?: string, fileNames?: string];

const ROWS: readonly Row[] = [
  ['typescript', 'TypeScript', 'code', 'ts mts cts', ''],
  ['typescriptreact', 'TypeScript JSX', 'code', 'tsx', 'tsx'],
  ['javascript', 'JavaScript', 'code', 'js mjs cjs es6', '', 'jakefile'],
  ['javascriptreact', 'JavaScript JSX', 'code', 'jsx', 'jsx'],
  ['python', 'Python', 'code', 'py pyi pyw pyx pxd', 'py', 'sconstruct sconscript wscript'],
  ['java', 'Java', 'code', 'java'],
  ['kotlin', 'Kotlin', 'code', 'kt kts', 'kt'],
  ['c', 'C', 'code', 'c'],
  ['cpp', 'C++', 'code', 'cpp cc cxx c++ h hh hpp hxx h++ inl ipp tpp cu cuh ino', 'c++ cxx'],
  ['csharp', 'C#', 'code', 'cs csx', 'c# cs'],
  ['fsharp', 'F#', 'code', 'fs fsi fsx', 'f#'],
  ['vb', 'Visual Basic', 'code', 'vb bas'],
  ['go', 'Go', 'code', 'go', 'golang'],
  ['rust', 'Rust', 'code', 'rs', 'rs'],
  ['ruby', 'Ruby', 'code', 'rb rake gemspec ru podspec', 'rb', 'rakefile gemfile guardfile podfile vagrantfile brewfile fastfile'],
  ['php', 'PHP', 'code', 'php phtml php4 php5 php7 phps'],
  ['swift', 'Swift', 'code', 'swift'],
  ['scala', 'Scala', 'code', 'scala sc sbt'],
  ['groovy', 'Groovy', 'code', 'groovy gradle gvy', 'gradle', 'jenkinsfile'],
  ['clojure', 'Clojure', 'code', 'clj cljs cljc edn', 'clj'],
  ['lua', 'Lua', 'code', 'lua rockspec'],
  ['perl', 'Perl', 'code', 'pl pm t pod', 'pl'],
  [
    'shellscript',
    'Shell',
    'code',
    'sh bash zsh ksh bats',
    'sh bash zsh shell',
    '.bashrc .bash_profile .bash_aliases .profile .zshrc .zshenv',
  ],
  ['fish', 'Fish', 'code', 'fish'],
  ['powershell', 'PowerShell', 'code', 'ps1 psm1 psd1', 'ps1 pwsh'],
  ['bat', 'Batch', 'code', 'bat cmd', 'batch cmd'],
  ['elixir', 'Elixir', 'code', 'ex exs', 'ex'],
  ['erlang', 'Erlang', 'code', 'erl hrl', 'erl', 'rebar.config'],
  ['haskell', 'Haskell', 'code', 'hs', 'hs'],
  ['ocaml', 'OCaml', 'code', 'ml', 'ml'],
  ['ocaml.interface', 'OCaml interface', 'code', 'mli', 'mli'],
  ['zig', 'Zig', 'code', 'zig zon'],
  ['dart', 'Dart', 'code', 'dart'],
  ['julia', 'Julia', 'code', 'jl', 'jl'],
  ['r', 'R', 'code', 'r', 'rlang', '.rprofile'],
  ['nim', 'Nim', 'code', 'nim nims'],
  ['d', 'D', 'code', 'd di'],
  ['crystal', 'Crystal', 'code', 'cr'],
  ['elm', 'Elm', 'code', 'elm'],
  ['solidity', 'Solidity', 'code', 'sol'],
  ['objective-c', 'Objective-C', 'code', 'm', 'objc'],
  ['objective-cpp', 'Objective-C++', 'code', 'mm', 'objcpp'],
  ['fortran', 'Fortran', 'code', 'f f90 f95 f03 for'],
  ['asm', 'Assembly', 'code', 's asm', 'assembly'],
  ['glsl', 'Shader', 'code', 'glsl vert frag hlsl wgsl metal', 'hlsl wgsl shader'],
  ['sql', 'SQL', 'code', 'sql ddl dml pgsql psql', 'pgsql mysql'],
  ['graphql', 'GraphQL', 'code', 'graphql gql', 'gql'],
  ['proto', 'Protocol Buffers', 'code', 'proto', 'protobuf proto3'],
  ['thrift', 'Thrift', 'code', 'thrift'],
  ['vue', 'Vue', 'code', 'vue'],
  ['svelte', 'Svelte', 'code', 'svelte'],
  ['astro', 'Astro', 'code', 'astro'],
  ['cmake', 'CMake', 'code', 'cmake', '', 'cmakelists.txt'],
  ['makefile', 'Makefile', 'code', 'mk mak', 'make', 'makefile gnumakefile bsdmakefile'],
  ['dockerfile', 'Dockerfile', 'code', 'dockerfile containerfile', 'docker', 'dockerfile containerfile'],
  ['starlark', 'Starlark', 'code', 'bzl bazel star', 'bazel', 'build.bazel workspace.bazel module.bazel tiltfile'],
  ['terraform', 'Terraform', 'config', 'tf tfvars hcl', 'tf hcl'],
  ['nix', 'Nix', 'code', 'nix'],
  ['tcl', 'Tcl', 'code', 'tcl'],
  ['viml', 'Vim script', 'code', 'vim', 'vim'],
  ['lisp', 'Lisp', 'code', 'lisp lsp cl el scm rkt', 'scheme elisp racket'],
  ['html', 'HTML', 'markup', 'html htm xhtml', 'htm'],
  ['handlebars', 'Handlebars', 'markup', 'hbs handlebars mustache', 'hbs mustache'],
  ['jinja', 'Template', 'markup', 'jinja jinja2 j2 twig liquid njk ejs erb heex eex tmpl', 'twig liquid ejs erb heex'],
  ['xml', 'XML', 'markup', 'xml xsd xsl xslt wsdl xaml csproj vbproj fsproj props targets plist resx'],
  ['css', 'CSS', 'markup', 'css'],
  ['scss', 'SCSS', 'markup', 'scss'],
  ['sass', 'Sass', 'markup', 'sass'],
  ['less', 'Less', 'markup', 'less'],
  ['stylus', 'Stylus', 'markup', 'styl'],
  ['json', 'JSON', 'config', 'json webmanifest geojson avsc', '', 'composer.lock .prettierrc .babelrc'],
  ['jsonc', 'JSON with comments', 'config', 'jsonc json5 code-workspace', 'json5', 'tsconfig.json jsconfig.json'],
  ['jsonl', 'JSON lines', 'config', 'jsonl ndjson', 'ndjson'],
  ['yaml', 'YAML', 'config', 'yaml yml', 'yml', '.clang-format .clang-tidy'],
  ['toml', 'TOML', 'config', 'toml', '', 'pipfile'],
  ['ini', 'INI', 'config', 'ini cfg conf editorconfig', '', '.editorconfig .gitconfig .npmrc'],
  ['properties', 'Properties', 'config', 'properties'],
  ['csv', 'CSV', 'config', 'csv tsv', 'tsv'],
  [
    'ignore',
    'Ignore file',
    'config',
    '',
    '',
    '.gitignore .dockerignore .npmignore .quarryignore .vscodeignore .eslintignore .prettierignore',
  ],
  ['markdown', 'Markdown', 'prose', 'md markdown mdx mkd mdown', 'md mdx'],
  ['restructuredtext', 'reStructuredText', 'prose', 'rst rest', 'rst'],
  ['asciidoc', 'AsciiDoc', 'prose', 'adoc asciidoc', 'adoc'],
  ['latex', 'LaTeX', 'prose', 'tex sty bib', 'tex'],
  ['org', 'Org', 'prose', 'org'],
  ['plaintext', 'Plain text', 'prose', 'txt text log', 'text txt'],
];

function words(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}

/** Every language, in the order in which pickers show them. */
export const LANGUAGES: readonly LanguageInfo[] = ROWS.map(([id, name, role, extensions, aliases, fileNames]) => ({
  id,
  name,
  role,
  aliases: words(aliases),
  extensions: words(extensions),
  fileNames: words(fileNames),
}));

const BY_ID = new Map(LANGUAGES.map((language) => [language.id, language]));
const BY_EXTENSION = new Map(LANGUAGES.flatMap((language) => language.extensions.map((extension) => [extension, language.id])));
const BY_FILE_NAME = new Map(LANGUAGES.flatMap((language) => language.fileNames.map((name) => [name, language.id])));

/** Words that stand for more than one language: a person who filters by `ts` means `.tsx` files too. */
const FAMILIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ts', ['typescript', 'typescriptreact']],
  ['typescript', ['typescript', 'typescriptreact']],
  ['js', ['javascript', 'javascriptreact']],
  ['javascript', ['javascript', 'javascriptreact']],
  ['react', ['typescriptreact', 'javascriptreact']],
  ['c', ['c', 'cpp']],
  ['cpp', ['cpp', 'c']],
  ['c++', ['cpp', 'c']],
  ['ocaml', ['ocaml', 'ocaml.interface']],
  ['ml', ['ocaml', 'ocaml.interface']],
  ['scss', ['scss', 'sass']],
  ['json', ['json', 'jsonc', 'jsonl']],
  ['objc', ['objective-c', 'objective-cpp']],
]);

const BY_WORD: ReadonlyMap<string, readonly string[]> = new Map([
  ...LANGUAGES.flatMap((language) => language.extensions.map((word): [string, readonly string[]] => [word, [language.id]])),
  ...LANGUAGES.flatMap((language) =>
    [language.id, language.name.toLowerCase(), ...language.aliases].map((word): [string, readonly string[]] => [word, [language.id]]),
  ),
  ...FAMILIES,
]);

/** The language id of a path by its file name and extension; `plaintext` when neither is known. */
export function languageOfPath(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  const byName = BY_FILE_NAME.get(name);
  if (byName !== undefined) return byName;
  // `Dockerfile.dev` and `Makefile.am` are named by their first part; `tsconfig.build.json` by its last.
  const dot = name.lastIndexOf('.');
  const byExtension = dot >= 0 ? BY_EXTENSION.get(name.slice(dot + 1)) : undefined;
  if (byExtension !== undefined) return byExtension;
  const stem = /^(dockerfile|containerfile|makefile|jenkinsfile)\./.exec(name)?.[1];
  return (stem === undefined ? undefined : BY_FILE_NAME.get(stem)) ?? 'plaintext';
}

/** Programs that a script names in its first line, where the language is called otherwise. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  sh: 'shellscript',
  bash: 'shellscript',
  dash: 'shellscript',
  ksh: 'shellscript',
  zsh: 'shellscript',
  ash: 'shellscript',
  bats: 'shellscript',
  python: 'python',
  pypy: 'python',
  node: 'javascript',
  nodejs: 'javascript',
  bun: 'typescript',
  deno: 'typescript',
  ruby: 'ruby',
  perl: 'perl',
  php: 'php',
  lua: 'lua',
  luajit: 'lua',
  elixir: 'elixir',
  escript: 'erlang',
  runghc: 'haskell',
  runhaskell: 'haskell',
  ocaml: 'ocaml',
  julia: 'julia',
  rscript: 'r',
  fish: 'fish',
  pwsh: 'powershell',
  tclsh: 'tcl',
  groovy: 'groovy',
  swift: 'swift',
};
/** `#!/usr/bin/env -S bash -e`, `#!/bin/sh`, `#!/usr/bin/python3.11`. */
const FIRST_LINE = /^#![ \t]*(?:\S*[\\/])?(?:env[ \t]+(?:-\S+[ \t]+|\w+=\S*[ \t]+)*(?:\S*\/)?)?([A-Za-z]+)/;

/** The language id of a file: by its path, and of a script without an extension by the program that its first line names. */
export function languageOf(path: string, text: string): string {
  const byPath = languageOfPath(path);
  if (byPath !== 'plaintext' || !text.startsWith('#!') || /\.[^./\\]*$/.test(path)) return byPath;
  const program = FIRST_LINE.exec(text.slice(0, 200))?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(INTERPRETERS, program) ? INTERPRETERS[program] : undefined) ?? byPath;
}

/**
 * The language ids that a filter word stands for, such as `ts`, `C#` or `bash`; undefined when no language is called so.
 * An extension counts as a word too, with or without its dot.
 */
export function resolveLanguage(word: string): readonly string[] | undefined {
  const wanted = word.trim().toLowerCase();
  return BY_WORD.get(wanted) ?? (wanted.startsWith('.') ? BY_WORD.get(wanted.slice(1)) : undefined);
}

/** The name to show for a language id; the id itself when it is not in the table. */
export function languageName(languageId: string): string {
  return BY_ID.get(languageId)?.name ?? languageId;
}

/** True for program text, false for prose, settings, markup and what is not in the table. */
export function isCode(languageId: string): boolean {
  return BY_ID.get(languageId)?.role === 'code';
}

/** What a language is for; plain text for what is not in the table. */
export function roleOf(languageId: string): LanguageRole {
  return BY_ID.get(languageId)?.role ?? 'prose';
}

import { BASH } from './bash.ts';
import { C } from './c.ts';
import { CSHARP } from './csharp.ts';
import { DART } from './dart.ts';
import { CSS, JSON_RULES, MARKUP, TOML, YAML } from './data.ts';
import { ELIXIR } from './elixir.ts';
import { GO } from './go.ts';
import { HASKELL } from './haskell.ts';
import { JAVA } from './java.ts';
import { JAVASCRIPT } from './javascript.ts';
import { JULIA } from './julia.ts';
import { KOTLIN } from './kotlin.ts';
import { LUA } from './lua.ts';
import { OCAML } from './ocaml.ts';
import { PHP } from './php.ts';
import { PYTHON } from './python.ts';
import { R } from './r.ts';
import { RUBY } from './ruby.ts';
import type { LanguageRules } from './rules.ts';
import { RUST } from './rust.ts';
import { SCALA } from './scala.ts';
import { SWIFT } from './swift.ts';
import { ZIG } from './zig.ts';

/** Grammar to the rules that find its definitions. */
const RULES: Readonly<Record<string, LanguageRules>> = {
  typescript: JAVASCRIPT,
  tsx: JAVASCRIPT,
  javascript: JAVASCRIPT,
  python: PYTHON,
  java: JAVA,
  kotlin: KOTLIN,
  c: C,
  cpp: C,
  c_sharp: CSHARP,
  go: GO,
  rust: RUST,
  ruby: RUBY,
  php: PHP,
  swift: SWIFT,
  scala: SCALA,
  lua: LUA,
  bash: BASH,
  elixir: ELIXIR,
  haskell: HASKELL,
  ocaml: OCAML,
  ocaml_interface: OCAML,
  zig: ZIG,
  dart: DART,
  julia: JULIA,
  r: R,
  html: MARKUP,
  vue: MARKUP,
  svelte: MARKUP,
  css: CSS,
  json: JSON_RULES,
  yaml: YAML,
  toml: TOML,
};

/** The rules for a grammar; undefined when it is not known. */
export function rulesOf(grammar: string): LanguageRules | undefined {
  return Object.hasOwn(RULES, grammar) ? RULES[grammar] : undefined;
}

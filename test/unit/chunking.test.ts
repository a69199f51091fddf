import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Chunker, createChunker } from '../../src/chunking/chunker.ts';
import { GRAMMAR_FILES } from '../../src/chunking/grammarFiles.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { faultsOf } from './chunkingChecks.ts';
import { grammarDir } from './grammarDir.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/chunking/', import.meta.url));
const GOLDEN = '.chunks.txt';
const SOURCES = readdirSync(FIXTURES).filter((name) => !name.endsWith(GOLDEN));

let chunker: Chunker;
beforeAll(async () => {
  chunker = await createChunker({ grammarDir: grammarDir() });
});

/** One line a chunk: rows, kind, symbol, part, names inside, first line of the doc text. */
function listing(chunks: readonly Chunk[]): string {
  const lines = chunks.map(({ startLine, endLine, kind, symbol, part, names, doc }) =>
    [
      `${startLine}-${endLine}`,
      kind,
      symbol,
      ...(part > 0 ? [`part ${part}`] : []),
      ...(names.length > 0 ? [`[${names.join(' ')}]`] : []),
      ...(doc === '' ? [] : [`// ${doc.split('\n')[0]}`]),
    ]
      .filter((word) => word !== '')
      .join(' '),
  );
  return `${lines.join('\n')}\n`;
}

async function chunksOf(name: string, text: string): Promise<readonly Chunk[]> {
  return chunker.chunk(name, text, languageOfPath(name));
}

function symbols(chunks: readonly Chunk[]): readonly string[] {
  return chunks.map(({ kind, symbol }) => `${kind} ${symbol}`.trim());
}

describe('the chunks of real-looking code in every language', () => {
  it('has a fixture for every grammar', async () => {
    const grammars = GRAMMAR_FILES.filter(({ name }) => name !== 'web-tree-sitter.wasm').map(({ name }) => name);
    expect(grammars).toHaveLength(32);
    expect(SOURCES.length).toBeGreaterThanOrEqual(grammars.length);
  });

  it.each(SOURCES)('%s', async (name) => {
    const golden = join(FIXTURES, name + GOLDEN);
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const { chunks, outcome } = await chunker.chunkFile(name, text, languageOfPath(name));
    expect(outcome.state).toBe(/\.(md|rst)$/.test(name) ? 'plain' : 'parsed');
    expect(faultsOf(text, chunks)).toEqual([]);
    expect(existsSync(golden), 'the expected chunks stand beside the source').toBe(true);
    expect(listing(chunks)).toBe(readFileSync(golden, 'utf8'));
  });
});

describe('what a definition takes with it', () => {
  it.each([
    ['a.ts', '// Not of it.\n\n// Of it.\nfunction f() {}\n', 3],
    ['a.ts', 'const x = 1; // Of x.\nfunction f() {}\n', 2],
    ['a.js', 'start();\n\n/** Of it. */\n\nfunction f() {}\n', 3],
    ['a.py', '@one\n# Why.\n@two\ndef f(): pass\n', 1],
    ['a.rs', '/// Of it.\n#[test]\n// Also.\nfn f() {}\n', 1],
    ['A.java', '/** Of it. */\n@Entity\nclass F { }\n', 1],
    ['a.go', 'package a\n\n// Of it.\nfunc f() {}\n', 3],
    ['a.lua', '--- Of it.\nfunction f() end\n', 1],
  ])('%s %j starts at line %i', async (name, text, line) => {
    const definition = (await chunksOf(name, text)).find((chunk) => chunk.symbol.toLowerCase() === 'f');
    expect(definition?.startLine).toBe(line);
  });

  it.each([
    ['a.ts', '/**\n * One.\n *\n * Two.\n */\nfunction f() {}\n', 'One.\n\nTwo.'],
    ['a.py', 'def f():\n    """One.\n\n    Two.\n    """\n', 'One.\n\nTwo.'],
    ['a.py', "# Above.\ndef f():\n    r'''Inside.'''\n", 'Above.\nInside.'],
    ['a.rs', '/// One.\n#[inline]\n/// Two.\nfn f() {}\n', 'One.\nTwo.'],
    ['a.ex', 'defmodule M do\n  @doc """\n  One.\n  """\n  def f(x), do: x\nend\n', ''],
    ['a.hs', '-- | One.\nf :: Int\nf = 1\n', 'One.'],
    ['a.hs', '-- | One.\n--\n-- Two.\n\nf :: Int\nf = 1\n', 'One.\n\nTwo.'],
    ['a.c', '/* One. */\nint f(void) { return 1; }\n', 'One.'],
  ])('%s %j has the doc text %j', async (name, text, doc) => {
    expect((await chunksOf(name, text))[0]?.doc).toBe(doc);
  });
});

it('keeps a pragma of Haskell with the definition above it', async () => {
  const chunks = await chunksOf('a.hs', 'f :: Int\nf = 1\n{-# INLINE f #-}\n\ng :: Int\ng = 2\n');
  expect(chunks.map(({ symbol, startLine, endLine }) => [symbol, startLine, endLine])).toEqual([
    ['f', 1, 3],
    ['g', 5, 6],
  ]);
});

describe('containers and long definitions', () => {
  const methods = (count: number): string => Array.from({ length: count }, (_, i) => `  m${i}() {\n    return ${i};\n  }\n`).join('');

  it('keeps a class of 25 lines whole, with the names of its members, and opens one of 26', async () => {
    const small = `class A {\n${methods(7)}  x = 1;\n  y = 2;\n}\n`;
    const [whole, ...others] = await chunksOf('a.ts', small);
    expect([whole?.startLine, whole?.endLine, others.length]).toEqual([1, 25, 0]);
    expect(whole?.names).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    const large = `class A {\n${methods(8)}}\n`;
    expect(symbols(await chunksOf('a.ts', large))).toEqual(['class A', ...Array.from({ length: 8 }, (_, i) => `method A.m${i}`)]);
  });

  it('joins a closing bracket to the chunk above, and gives other leftover lines a chunk', async () => {
    const chunks = await chunksOf('a.ts', `class A {\n${methods(9)}}\nstart();\n`);
    expect(chunks.slice(-2).map(({ kind, symbol, startLine, endLine }) => [kind, symbol, startLine, endLine])).toEqual([
      ['method', 'A.m8', 26, 29],
      ['rest', '', 30, 30],
    ]);
  });

  it('never joins small definitions', async () => {
    const text = Array.from({ length: 20 }, (_, i) => `def f${i}(): return ${i}\n`).join('');
    expect(symbols(await chunksOf('a.py', text))).toEqual(Array.from({ length: 20 }, (_, i) => `function f${i}`));
  });

  it('splits a definition of more than 120 lines where statements start', async () => {
    const statement = (i: number): string => `  if (a${i}) {\n    call(${i});\n    call(${i});\n    call(${i});\n  }\n`;
    const text = (count: number): string => `// Doc.\nfunction f() {\n${Array.from({ length: count }, (_, i) => statement(i)).join('')}}\n`;
    expect(await chunksOf('a.ts', text(23))).toHaveLength(1);
    const parts = await chunksOf('a.ts', text(60));
    expect(parts.map(({ symbol, part }) => [symbol, part])).toEqual(parts.map((_, part) => ['f', part]));
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.map(({ doc }) => doc)).toEqual(['Doc.', ...parts.slice(1).map(() => '')]);
    for (const part of parts.slice(1)) expect(part.text).toMatch(/^ {2}if \(a\d+\) \{/);
  });

  it('cuts a text without structure at blank lines into windows of at most 80 lines', async () => {
    const paragraph = `${'word\n'.repeat(9)}\n`;
    const chunks = await chunksOf('notes.txt', paragraph.repeat(40));
    for (const chunk of chunks) expect(chunk.endLine - chunk.startLine + 2).toSatisfy((lines: number) => lines % 10 === 0 && lines <= 80);
    const unbroken = await chunksOf('notes.txt', 'word\n'.repeat(1000));
    expect(Math.max(...unbroken.map((chunk) => chunk.endLine - chunk.startLine + 1))).toBeLessThanOrEqual(80);
  });
});

describe('names that languages give in their own way', () => {
  it.each([
    ['a.js', 'exports.foo = function () {};\n', 'function foo'],
    ['a.js', 'module.exports.foo = () => 1;\n', 'function foo'],
    ['a.js', 'Foo.prototype.bar = function () {};\n', 'function Foo.bar'],
    ['a.js', 'module.exports = class Foo { a() {} };\n', 'class Foo'],
    ['a.js', 'exports = module.exports = function create() {};\n', 'function create'],
    ['a.ts', 'export default function () {}\n', 'function default'],
    ['a.ts', 'export default class {\n  a() {}\n}\n', 'class default'],
    ['a.ts', 'export const useStore = create(() => ({\n  a: 1,\n}));\n', 'function useStore'],
    ['a.ts', 'export const schema = z.object({\n  a: z.string(),\n});\n', 'constant schema'],
    ['a.go', 'func (s *Set[K, V]) Add(k K) {}\n', 'method Set.Add'],
    ['a.rs', 'impl fmt::Display for Foo {\n  fn fmt(&self) {}\n}\n', 'class Foo'],
    ['a.cpp', 'void ns::Foo<T>::bar() {}\n', 'method Foo.bar'],
    ['a.cpp', 'bool Foo::operator<(const Foo &o) const { return true; }\n', 'method Foo.operator<'],
    ['a.cpp', 'struct A {\n  operator const B<C> *() const { return b; }\n};\nFoo::operator bool() const { return true; }\n', 'struct A'],
    ['a.rs', 'impl Foo for [u8; 4] {\n  fn a() {}\n}\n', 'class u8'],
    ['a.rs', "impl<'a> a::Foo for &'a mut b::Bar<T> {\n  fn a() {}\n}\n", 'class Bar'],
    ['a.cpp', 'class API_EXPORT Foo {\n  int a;\n};\n', 'class Foo'],
    ['a.c', 'struct foo *make(void) { return 0; }\n', 'function make'],
    ['a.kt', 'fun List<Int>.second(): Int = this[1]\n', 'function List.second'],
    ['a.rb', 'Point = Struct.new(:x) do\n  def a\n    1\n  end\nend\n', 'class Point'],
    ['a.rb', 'class A::B < C\n  def x; end\nend\n', 'class A.B'],
    ['a.ex', 'defmodule A.B do\n  def x, do: 1\nend\n', 'module A.B'],
    ['a.lua', 'function a.b:c() end\n', 'method a.b.c'],
    ['a.R', 'f <- function(x) x\n', 'function f'],
  ])('%s %j is %s', async (name, text, expected) => {
    expect(symbols(await chunksOf(name, text))[0]).toBe(expected);
  });

  it('reads the script of a component in its own language, with the right lines', async () => {
    const text =
      '<template>\n  <p>Hi</p>\n</template>\n\n<script lang="ts">\nexport default {\n  methods: {\n    load(id: number): void {\n      get(id);\n    },\n  },\n};\n</script>\n';
    const load = (await chunksOf('a.vue', text)).find((chunk) => chunk.symbol === 'load');
    expect([load?.kind, load?.startLine, load?.endLine]).toEqual(['method', 8, 13]);
  });
});

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Parser, Tree } from 'web-tree-sitter';
import { type Chunker, createChunker } from '../../src/chunking/chunker.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { faultsOf } from './chunkingChecks.ts';
import { grammarDir } from './grammarDir.ts';

const scratch = mkdtempSync(join(tmpdir(), 'quarry-chunking-'));
let chunker: Chunker;
beforeAll(async () => {
  chunker = await createChunker({ grammarDir: grammarDir() });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const CODE = '// Doc.\nexport function first() {\n  return 1;\n}\n\nclass Second {\n  a() {}\n}\n';

describe('line ends and marks', () => {
  it.each([
    ['\\n', CODE],
    ['\\r\\n', CODE.replaceAll('\n', '\r\n')],
    ['a lone \\r', CODE.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${CODE}`],
    ['no final line break', CODE.trimEnd()],
    ['white space at the end', `${CODE}\n  \n\t\n`],
  ])('%s leaves the lines and texts of chunks as they are', async (_, text) => {
    const chunks = await chunker.chunk('a.ts', text, 'typescript');
    expect(chunks.map(({ symbol, startLine, endLine }) => [symbol, startLine, endLine])).toEqual([
      ['first', 1, 4],
      ['Second', 6, 8],
    ]);
    expect(chunks[0]?.text).toBe('// Doc.\nexport function first() {\n  return 1;\n}');
  });

  it('counts characters outside the basic plane like any other', async () => {
    const chunks = await chunker.chunk('a.ts', `const s = '🦊🦊🦊'; /* 🦊 */\nfunction ångström() {}\nfunction after() {}\n`, 'typescript');
    expect(chunks.map(({ symbol }) => symbol)).toEqual(['', 'ångström', 'after']);
  });
});

describe('texts that break parsers', () => {
  const many = 100_000;
  const texts: readonly (readonly [string, string])[] = [
    ['a.js', '('.repeat(many)],
    ['a.js', `x = ${'['.repeat(many)}${']'.repeat(many)};\nfunction after() {}\n`],
    ['a.ts', '{\n'.repeat(many)],
    ['a.json', '['.repeat(many)],
    ['a.json', `${'{"a":'.repeat(many)}1${'}'.repeat(many)}`],
    ['a.py', `x = ${'('.repeat(many)}`],
    ['a.c', `int a = ${'('.repeat(many)}1${')'.repeat(many)};`],
    ['a.html', '<div>'.repeat(many)],
    ['a.md', `${'> '.repeat(many)}\n# H\n`],
    ['a.js', `const big = '${'x'.repeat(900_000)}';\nfunction after() {}\n`],
    ['a.css', `a{${'color:red;'.repeat(90_000)}}`],
    ['a.js', 'a;'.repeat(300_000)],
    ['a.go', `package a\n\nconst (\n${'a = 1\n'.repeat(100_000)})\n`],
    ['a.ts', `enum A { ${'a,'.repeat(200_000)} }`],
    ['a.txt', 'x'.repeat(900_000)],
    ['a.ts', ''],
    ['a.ts', '\n \n\t\n'],
    ['a.ts', '\uFEFF'],
    ['a.py', '\0\0\0'],
    ['a.rs', '\uD800 fn a() {}'],
  ];

  it.each(texts.map(([name, text], index) => [index, name, text.slice(0, 20), text] as const))('%i %s %j', async (_, name, __, text) => {
    const chunks = await chunker.chunk(name, text, languageOfPath(name));
    expect(faultsOf(text, chunks)).toEqual([]);
    expect(chunks.length > 0).toBe(text.replace(/^\uFEFF/, '').trim() !== '');
  });

  it('finds definitions after code that makes no sense', async () => {
    const chunks = await chunker.chunk('a.ts', 'const = ;\n}}} ???\n\nfunction found() {\n  return 1;\n}\n', 'typescript');
    expect(chunks.map(({ symbol }) => symbol)).toContain('found');
  });
});

describe('what can go wrong is told, and the text is cut all the same', () => {
  it.each([
    ['no time', { ms: 0 }],
    ['ten steps, however long they take', { calls: 10, ms: Number.POSITIVE_INFINITY }],
  ])('a parse that may take %s ends in windows', async (_what, budget) => {
    const hasty = await createChunker({ grammarDir: grammarDir(), budget });
    const text = 'function f() {\n  return 1;\n}\n'.repeat(5000);
    const { chunks, outcome } = await hasty.chunkFile('a.ts', text, 'typescript');
    expect(outcome).toEqual({ state: 'deadline' });
    expect(faultsOf(text, chunks)).toEqual([]);
    const { outcome: next } = await chunker.chunkFile('a.ts', CODE, 'typescript');
    expect(next).toEqual({ state: 'parsed' });
  });

  it('a grammar that is missing or damaged ends in windows, with the reason', async () => {
    cpSync(join(grammarDir(), 'web-tree-sitter.wasm'), join(scratch, 'web-tree-sitter.wasm'));
    writeFileSync(join(scratch, 'tree-sitter-go.wasm'), 'not wasm');
    const poor = await createChunker({ grammarDir: scratch });
    for (const [name, text] of [
      ['a.py', 'def f(): pass\n'],
      ['a.go', 'package a\n'],
    ] as const) {
      const { chunks, outcome } = await poor.chunkFile(name, text, languageOfPath(name));
      expect(outcome).toMatchObject({ state: 'failed', reason: expect.stringContaining('could not be loaded') });
      expect(faultsOf(text, chunks)).toEqual([]);
    }
  });

  it('every tree is freed, whatever came of it', async () => {
    const parse = vi.spyOn(Parser.prototype, 'parse');
    const free = vi.spyOn(Tree.prototype, 'delete');
    await chunker.chunk('a.ts', CODE, 'typescript');
    await chunker.chunk('a.vue', '<script>\nlet a;\n</script>\n<script setup>\nlet b;\n</script>\n', 'vue');
    await chunker.chunk('a.py', '((((', 'python');
    expect(parse.mock.results.filter(({ value }) => value instanceof Tree)).toHaveLength(5);
    expect(free).toHaveBeenCalledTimes(5);
    vi.restoreAllMocks();
  });
});

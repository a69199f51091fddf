import { describe, expect, it } from 'vitest';
import { grammarOf } from '../../src/chunking/grammars.ts';
import { isCode, LANGUAGES, languageName, languageOf, languageOfPath, resolveLanguage, roleOf } from '../../src/core/languages.ts';

describe('the language of a path', () => {
  it.each([
    ['src/a.ts', 'typescript'],
    ['src/a.d.mts', 'typescript'],
    ['src/A.TSX', 'typescriptreact'],
    ['a.cjs', 'javascript'],
    ['a.jsx', 'javascriptreact'],
    ['stub.pyi', 'python'],
    ['include/a.h', 'cpp'],
    ['a.c', 'c'],
    ['a.hpp', 'cpp'],
    ['A.cs', 'csharp'],
    ['a.kts', 'kotlin'],
    ['a.R', 'r'],
    ['a.mli', 'ocaml.interface'],
    ['Dockerfile', 'dockerfile'],
    ['docker/Dockerfile.dev', 'dockerfile'],
    ['Makefile', 'makefile'],
    ['src\\CMakeLists.txt', 'cmake'],
    ['notes.txt', 'plaintext'],
    ['Rakefile', 'ruby'],
    ['.bashrc', 'shellscript'],
    ['tsconfig.json', 'jsonc'],
    ['tsconfig.build.json', 'json'],
    ['README.md', 'markdown'],
    ['a.unknown', 'plaintext'],
    ['LICENSE', 'plaintext'],
    ['', 'plaintext'],
    ['folder.ts/', 'plaintext'],
    ['constructor', 'plaintext'],
    ['a.__proto__', 'plaintext'],
  ])('%s is %s', (path, language) => {
    expect(languageOfPath(path)).toBe(language);
  });
});

describe('the language of a script without an extension is the program of its first line', () => {
  it.each([
    ['bin/net', '#!/bin/sh\necho', 'shellscript'],
    ['bin/net', '#!/usr/bin/env bash\n', 'shellscript'],
    ['bin/net', '#!/usr/bin/env -S FOO=1 python3 -u\n', 'python'],
    ['bin/net', '#!/usr/bin/python3.11\n', 'python'],
    ['bin/net', '#! /usr/local/bin/node --test\n', 'javascript'],
    ['bin/net', '#!C:\\tools\\ruby\n', 'ruby'],
    ['bin/net', '#!/usr/bin/Rscript\n', 'r'],
    ['bin/net', '#!/usr/bin/constructor\n', 'plaintext'],
    ['bin/net', '#!/usr/bin/env\nbash\n', 'plaintext'],
    ['bin/net', 'echo\n#!/bin/sh\n', 'plaintext'],
    ['bin/net.txt', '#!/bin/sh\n', 'plaintext'],
    ['net.py', '#!/bin/sh\n', 'python'],
    ['v1.2/net', '#!/bin/sh\n', 'shellscript'],
  ])('%s %j is %s', (path, text, language) => {
    expect(languageOf(path, text)).toBe(language);
  });
});

describe('what a filter word stands for', () => {
  it.each([
    ['ts', ['typescript', 'typescriptreact']],
    ['TypeScript', ['typescript', 'typescriptreact']],
    ['tsx', ['typescriptreact']],
    ['js', ['javascript', 'javascriptreact']],
    ['py', ['python']],
    ['.py', ['python']],
    ['C++', ['cpp', 'c']],
    ['c', ['c', 'cpp']],
    ['c#', ['csharp']],
    ['C#', ['csharp']],
    ['bash', ['shellscript']],
    ['sh', ['shellscript']],
    [' rs ', ['rust']],
    ['golang', ['go']],
    ['yml', ['yaml']],
    ['text', ['plaintext']],
    ['json', ['json', 'jsonc', 'jsonl']],
  ])('%s is %j', (word, ids) => {
    expect(resolveLanguage(word)).toEqual(ids);
  });

  it.each(['', '.', 'klingon', 'constructor', '__proto__'])('%j is no language', (word) => {
    expect(resolveLanguage(word)).toBeUndefined();
  });
});

describe('the table', () => {
  const all = LANGUAGES.map(({ id }) => id);

  it('names each id, extension and file name once', () => {
    for (const list of [all, LANGUAGES.flatMap(({ extensions }) => extensions), LANGUAGES.flatMap(({ fileNames }) => fileNames)]) {
      expect(list.filter((word, index) => list.indexOf(word) !== index)).toEqual([]);
    }
  });

  it('resolves every id to languages that exist, itself among them', () => {
    for (const id of all) {
      expect(resolveLanguage(id)).toContain(id);
      for (const resolved of resolveLanguage(id) ?? []) expect(all).toContain(resolved);
    }
  });

  it('holds every language that has a grammar', () => {
    const issue =
      'typescript typescriptreact javascript python java kotlin c cpp csharp go rust ruby php swift scala lua shellscript elixir haskell ocaml zig dart julia r html css vue svelte json yaml toml';
    for (const id of issue.split(' ')) {
      expect(all).toContain(id);
      expect(grammarOf(id), id).toBeDefined();
    }
  });

  it('knows code from prose and settings', () => {
    expect(['typescript', 'sql', 'vue', 'cmake'].map(isCode)).toEqual([true, true, true, true]);
    expect(['markdown', 'json', 'css', 'nonsense'].map(isCode)).toEqual([false, false, false, false]);
    expect([roleOf('yaml'), roleOf('html'), roleOf('nonsense')]).toEqual(['config', 'markup', 'prose']);
    expect([languageName('csharp'), languageName('nonsense')]).toEqual(['C#', 'nonsense']);
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { GRAMMAR_FILES } from '../../src/chunking/grammarFiles.ts';
import { HUGE_LEXERS } from '../../src/chunking/lexers.ts';
import { grammarDir } from './grammarDir.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const HUGE_BYTES = 48_000;
const CODE_SECTION = 10;

/** Bytes of each function of a WebAssembly module. */
function functionSizes(wasm: Buffer): readonly number[] {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < wasm.length) {
    const section = wasm[at++];
    const end = number() + at;
    if (section === CODE_SECTION) {
      return Array.from({ length: number() }, () => {
        const size = number();
        at += size;
        return size;
      });
    }
    at = end;
  }
  return [];
}

it('knows every grammar whose lexer is one huge function', () => {
  const huge = GRAMMAR_FILES.map(({ name }) => name)
    .filter((name) => Math.max(...functionSizes(readFileSync(join(grammarDir(), name)))) > HUGE_BYTES)
    .map((name) => name.replace(/^tree-sitter-(.*)\.wasm$/, '$1'));
  expect(huge.sort()).toEqual([...HUGE_LEXERS].sort());
});

it('no huge function is ever given to the optimizing compiler, which would take gigabytes, and what all grammars share is', async () => {
  const flags = ['--trace-wasm-compilation-times', '--wasm-sync-tier-up', '--wasm-tiering-budget=100000'];
  const run = promisify(execFile)(
    process.execPath,
    [...flags, join(HERE, 'parseOften.ts'), grammarDir(), join(HERE, '../fixtures/chunking')],
    {
      maxBuffer: 100e6,
    },
  );
  const compiled = [...(await run).stdout.matchAll(/#\d+ using (\w+), .*bodysize (\d+)/g)].map(([, by, size]) => ({
    by,
    size: Number(size),
  }));
  const huge = compiled.filter(({ size }) => size > HUGE_BYTES);
  expect(huge.length).toBeGreaterThanOrEqual(HUGE_LEXERS.size);
  expect(huge.filter(({ by }) => by !== 'Liftoff')).toEqual([]);
  const largestOfParser = Math.max(...functionSizes(readFileSync(join(grammarDir(), 'web-tree-sitter.wasm'))));
  expect(compiled).toContainEqual({ by: 'TurboFan', size: largestOfParser });
});

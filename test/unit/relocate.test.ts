import { expect, test } from 'vitest';
import type { Chunk, ChunkKind } from '../../src/core/chunk.ts';
import { relocate } from '../../src/core/relocate.ts';

const chunk = (symbol: string, startLine: number, text: string, kind: ChunkKind = 'function'): Chunk => ({
  symbol,
  kind,
  startLine,
  endLine: startLine + text.split('\n').length - 1,
  part: 0,
  doc: '',
  names: [],
  text,
});
const former = chunk('open', 10, 'function open() {\n  return 1;\n}');

test.each([
  ['the same text, moved', [chunk('first', 1, 'x'), chunk('open', 40, former.text)], 40],
  ['of two that are the same, the nearest', [chunk('open', 1, former.text), chunk('open', 12, former.text)], 12],
  ['the same text before the same name', [chunk('open', 10, 'function open() {}'), chunk('open', 90, former.text)], 90],
  ['the same definition with another body', [chunk('other', 10, 'x'), chunk('open', 30, 'function open(door) {\n  push(door);\n}')], 30],
  [
    'under another name, the one with most of its lines',
    [chunk('a', 1, 'x'), chunk('unlock', 20, 'function unlock() {\n  return 1;\n}')],
    20,
  ],
  [
    'nothing when it is gone',
    [chunk('other', 10, 'function other() {\n  throw 2;\n'), chunk('open', 30, 'class open', 'class')],
    undefined,
  ],
  ['nothing in an empty file', [], undefined],
] as const)('finds %s', (_, chunks, startLine) => {
  expect(relocate(former, chunks)?.startLine).toBe(startLine);
});

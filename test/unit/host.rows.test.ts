import { expect, test } from 'vitest';
import { bestLineOf, rowText } from '../../src/host/quickPick/rowText.ts';
import type { SearchHit } from '../../src/protocol/search.ts';

const HIT: SearchHit = {
  folder: '/home/person/parcel',
  path: 'src/upload/retry.ts',
  startLine: 42,
  endLine: 44,
  symbol: 'Uploader.retryFailed',
  kind: 'method',
  language: 'typescript',
  score: 1,
  text: 'retryFailed() {\n\treturn   this.queue.failed();\n}',
  bestLine: 43,
  matched: [],
  why: [],
};

test('a row is symbol, place and best line', () => {
  expect(rowText(HIT)).toEqual({
    label: '$(symbol-method) Uploader.retryFailed',
    description: 'src/upload/retry.ts:42',
    detail: 'return this.queue.failed();',
  });
});

test('with several folders the place starts with the folder', () => {
  expect(rowText(HIT, 'parcel').description).toBe('parcel • src/upload/retry.ts:42');
});

test('what has no symbol is called by its file', () => {
  expect(rowText({ ...HIT, symbol: '', kind: 'rest' }).label).toBe('$(symbol-file) retry.ts');
});

test('code that looks like an icon is no icon', () => {
  expect(rowText({ ...HIT, text: 'const el = $(zap);', bestLine: 42 }).detail).toBe('const el = \\$(zap);');
});

test('a very long line is cut', () => {
  expect(rowText({ ...HIT, text: 'x'.repeat(100_000), bestLine: 42 }).detail.length).toBeLessThan(250);
});

test.each([
  [43, '\treturn   this.queue.failed();'],
  [99, 'retryFailed() {'],
])('best line %i', (bestLine, expected) => {
  expect(bestLineOf({ ...HIT, bestLine })).toBe(expected);
});

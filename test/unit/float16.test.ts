import { describe, expect, test } from 'vitest';
import { readHalves, writeHalves } from '../../src/core/float16.ts';

function throughHalf(value: number): number {
  const halves = new Uint16Array(1);
  writeHalves(Float32Array.of(value), halves, 0);
  return readHalves(halves, 0, 1)[0] ?? 0;
}

describe('16-bit floats', () => {
  test('every one of them is read and written as itself', () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, half) => half);
    const again = new Uint16Array(all.length);
    writeHalves(readHalves(all, 0, all.length), again, 0);
    // What is not a number has many bits.
    const isNumber = (half: number): boolean => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0;
    expect(all.filter((half) => isNumber(half) && again[half] !== half)).toEqual(new Uint16Array(0));
  });

  test.each([
    [0, 0],
    [1, 1],
    [-2.5, -2.5],
    [0.1, 0.0999755859375],
    [65_504, 65_504],
    [65_520, Number.POSITIVE_INFINITY],
    [1e9, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [2 ** -24, 2 ** -24],
    [2 ** -26, 0],
    [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
    [Number.NaN, Number.NaN],
  ])('%d is kept as %d', (value, kept) => {
    expect(throughHalf(value)).toBe(kept);
  });

  test('parts are written and read where they lie', () => {
    const halves = new Uint16Array(6);
    writeHalves(Float32Array.of(1, 2), halves, 3);
    expect([...readHalves(halves, 2, 4)]).toEqual([0, 1, 2, 0]);
  });
});

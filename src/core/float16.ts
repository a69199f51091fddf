const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The bits of the nearest 16-bit float; what is too large becomes infinity. */
function toHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  const mantissa = word & 0x7fffff;
  if (exponent === 143) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    const shift = 14 - exponent;
    return sign | (((mantissa | 0x800000) + (1 << (shift - 1))) >> shift);
  }
  // Rounding up may carry into the exponent, and from there into infinity, which is what the format wants.
  const half = ((exponent << 10) | (mantissa >> 13)) + ((mantissa >> 12) & 1);
  return sign | Math.min(half, 0x7c00);
}

let table: Float32Array | undefined;

/** Every 16-bit float by its bits: reading a vector is then one look-up a component. Made of bits, because the first question waits for it. */
function halfTable(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(65_536);
  const words = new Uint32Array(table.buffer);
  for (let half = 0; half < words.length; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) table[half] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    else words[half] = sign | ((exponent === 31 ? 0xff : exponent + 112) << 23) | (mantissa << 13);
  }
  return table;
}

/** Writes the components of `source` as 16-bit floats into `target` from `offset` on. */
export function writeHalves(source: Float32Array, target: Uint16Array, offset: number): void {
  for (let index = 0; index < source.length; index++) target[offset + index] = toHalf(source[index] ?? 0);
}

/** The 16-bit floats `start..start + length` of `source` as a vector of its own. */
export function readHalves(source: Uint16Array, start: number, length: number): Float32Array {
  const values = halfTable();
  const result = new Float32Array(length);
  for (let index = 0; index < length; index++) result[index] = values[source[start + index] ?? 0] ?? 0;
  return result;
}

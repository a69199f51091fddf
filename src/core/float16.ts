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

function fromHalf(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** Every 16-bit float by its bits: reading a vector is then one look-up a component. */
function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
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

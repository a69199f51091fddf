/**
 * Texts that every model embeds on every device before it serves. For none of the models are golden vectors published, so the proof is
 * by agreement: with itself, with the CPU, and with the sense that different texts have different vectors.
 */
export const GOLDEN_TEXTS: readonly string[] = [
  'where are failed uploads retried',
  'export function add(a: number, b: number): number {\n  return a + b;\n}',
  `class Cache:\n    """Keeps what was read last."""\n${'    def get(self, key):\n        return self.items.get(key)\n'.repeat(8)}`,
];

/** Cosine that two runs on one device must reach; kernels of some devices add in another order each time. */
const AGAIN = 0.9999;
/** Cosine that a device must reach against the CPU with the same weights: half precision costs about a thousandth. */
const AGAINST_CPU = 0.99;
/** Vectors of two different texts that differ nowhere by more than this are the same: then the device ignores its input. */
const SAME = 1e-6;

/** Throws one clause when unit vectors of the golden texts, computed twice, do not agree with each other, the CPU or common sense. */
export function checkGolden(vectors: Float32Array, again: Float32Array, cpu: Float32Array | undefined): void {
  const dimension = vectors.length / GOLDEN_TEXTS.length;
  const row = (of: Float32Array, at: number): Float32Array => of.subarray(at * dimension, (at + 1) * dimension);
  GOLDEN_TEXTS.forEach((_, at) => {
    if (cosine(row(vectors, at), row(again, at)) < AGAIN) throw new Error('it computes another vector each time');
    if (cpu !== undefined && cosine(row(vectors, at), row(cpu, at)) < AGAINST_CPU) {
      throw new Error('it computes other vectors than the CPU with the same weights');
    }
    for (let other = 0; other < at; other++) {
      if (row(vectors, at).every((value, column) => Math.abs(value - (row(vectors, other)[column] ?? 0)) <= SAME))
        throw new Error('it computes the same vector for different texts');
    }
  });
}

/** NaN counts as no agreement. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let column = 0; column < a.length; column++) sum += (a[column] ?? 0) * (b[column] ?? 0);
  return Number.isNaN(sum) ? -1 : sum;
}

import type { Table } from '@lancedb/lancedb';
import { numbers, vectors } from './decode.ts';
import type { Native } from './native.ts';
import type { VectorTuning } from './upkeepPort.ts';

/** Below this, comparing with every vector is as fast as an index (10 ms at 10,000 rows). */
const FLAT_ROWS = 10_000;
/** The partitions are trained anew when the table has grown by this factor. */
const GROWTH = 4;
/**
 * Few partitions and a short training. Codes of one bit a dimension are compared so fast that looking into all of them takes 4 ms at 100,000
 * rows, while comparing each row's half-precision vector with each partition's middle is what a build costs: 2 s of processor time
 * with 10 partitions, 15 with 78, for the same recall.
 */
const PARTITIONS_OF_ROOT = 1 / 32;
const TRAINING = { maxIterations: 10, sampleRate: 64 } as const;
const SAMPLE_QUERIES = 8;
/** Rows of the answers that the index is tuned on. */
export const TUNED_FOR_ROWS = 10;
const ENOUGH_RECALL = 0.98;
/** Rows whose distances differ by less are as good as each other: copies of a file among them. */
const ALIKE = 1e-4;
/** Cheapest first: share of the partitions that are looked into, and candidates compared exactly for each row asked for. */
const LADDER = [
  { share: 0.1, refineFactor: 5 },
  { share: 0.1, refineFactor: 10 },
  { share: 0.2, refineFactor: 10 },
  { share: 0.2, refineFactor: 20 },
  { share: 0.4, refineFactor: 20 },
  { share: 0.6, refineFactor: 30 },
  { share: 1, refineFactor: 50 },
  { share: 1, refineFactor: 100 },
  { share: 1, refineFactor: 200 },
] as const;

export function wantsVectorIndex(rows: number, tuning: VectorTuning | undefined): boolean {
  return rows > FLAT_ROWS && (tuning === undefined || rows > tuning.rows * GROWTH);
}

/** Builds IVF_RQ over `vector` and finds by measuring, on vectors of the table, how it has to be asked. `rows` vectors are there. */
export async function buildVectorIndex({ lancedb }: Native, table: Table, rows: number): Promise<VectorTuning> {
  const numPartitions = Math.max(1, Math.round(Math.sqrt(rows) * PARTITIONS_OF_ROOT));
  const config = lancedb.Index.ivfRq({ distanceType: 'cosine', numPartitions, numBits: 1, ...TRAINING });
  await table.createIndex('vector', { config, replace: true });
  const queries = await sampleQueries(table, rows);
  const farthest = await exactDistances(table, queries);
  let best: VectorTuning | undefined;
  for (const { share, refineFactor } of LADDER) {
    const nprobes = Math.min(numPartitions, Math.max(4, Math.ceil(numPartitions * share)));
    let found = 0;
    for (const [index, query] of queries.entries()) {
      const nearEnough = (farthest[index] ?? 0) + ALIKE;
      found += (await distances(table, query, { nprobes, refineFactor })).filter((distance) => distance <= nearEnough).length;
    }
    const recall = queries.length === 0 ? 1 : found / (queries.length * TUNED_FOR_ROWS);
    if (best === undefined || recall > best.recall) best = { rows, partitions: numPartitions, nprobes, refineFactor, recall };
    if (recall >= ENOUGH_RECALL) break;
  }
  return best ?? { rows, partitions: numPartitions, nprobes: numPartitions, refineFactor: 50, recall: 0 };
}

/** Half of them vectors of the table, half the middles between two: a question lies between chunks rather than on one. */
async function sampleQueries(table: Table, rows: number): Promise<readonly Float32Array[]> {
  const sample: Float32Array[] = [];
  const step = rows / (2 * SAMPLE_QUERIES);
  const offsets = Array.from({ length: 2 * SAMPLE_QUERIES }, (_, number) => Math.floor(number * step));
  for await (const batch of table.takeOffsets(offsets).select(['vector'])) {
    for (const vector of vectors(batch, 'vector')) if (vector !== null) sample.push(vector);
  }
  const queries: Float32Array[] = [];
  for (let index = 0; index + 1 < sample.length; index += 2) {
    const [one, other] = [sample[index], sample[index + 1]];
    if (one === undefined || other === undefined) continue;
    queries.push(index % 4 === 0 ? one : one.map((value, column) => (value + (other[column] ?? 0)) / 2));
  }
  return queries;
}

/**
 * The cosine distance of the last row that the exact answer to each query holds. One look at every vector serves all queries; LanceDB would take as
 * much time for them, one by one, as for building the index.
 */
async function exactDistances(table: Table, queries: readonly Float32Array[]): Promise<readonly number[]> {
  const lengths = queries.map(lengthOf);
  const nearest = queries.map(() => new Float64Array(TUNED_FOR_ROWS).fill(2));
  for await (const batch of table.query().select(['vector'])) {
    for (const vector of vectors(batch, 'vector')) {
      const length = vector === null ? 0 : lengthOf(vector);
      if (vector === null || length === 0) continue;
      nearest.forEach((kept, index) => {
        const distance = 1 - dotProduct(vector, queries[index] ?? vector) / (length * (lengths[index] || 1));
        if (distance < (kept[TUNED_FOR_ROWS - 1] ?? 0)) keep(kept, distance);
      });
    }
  }
  return nearest.map((kept) => kept[TUNED_FOR_ROWS - 1] ?? 0);
}

/** Puts a distance in the place of the largest. */
function keep(kept: Float64Array, distance: number): void {
  kept[kept.length - 1] = distance;
  kept.sort();
}

function dotProduct(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let column = 0; column < one.length; column++) sum += (one[column] as number) * (other[column] as number);
  return sum;
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dotProduct(vector, vector));
}

async function distances(
  table: Table,
  query: Float32Array,
  { nprobes, refineFactor }: Pick<VectorTuning, 'nprobes' | 'refineFactor'>,
): Promise<number[]> {
  const search = table.query().nearestTo(query).column('vector').distanceType('cosine').select(['_distance']).limit(TUNED_FOR_ROWS);
  const found: number[] = [];
  for await (const batch of search.nprobes(nprobes).refineFactor(refineFactor)) found.push(...Array.from(numbers(batch, '_distance')));
  return found;
}

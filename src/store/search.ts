import type { Query, Table, VectorQuery } from '@lancedb/lancedb';
import type { Native } from './native.ts';
import type { VectorTuning } from './upkeepPort.ts';
import { TUNED_FOR_ROWS } from './vectorIndex.ts';

/** Keeps the last rows of a long answer about right, too. */
const LEAST_REFINE_FACTOR = 3;

/** A full-text query over `tokens`. Built as an object: its tokens may hold any sign, quotes and operators too. */
export function textQuery({ lancedb }: Native, table: Table, tokens: string, limit: number, where: string | undefined): Query {
  const query = table.query().fullTextSearch(new lancedb.MatchQuery(tokens, 'tokens')).limit(limit);
  return where === undefined ? query : query.where(where);
}

/** The nearest rows by cosine distance: exact without `tuning`, else through the vector index. Rows without a vector are not found. */
export function vectorQuery(
  table: Table,
  vector: Float32Array,
  limit: number,
  where: string | undefined,
  tuning: VectorTuning | undefined,
): VectorQuery {
  const query = table.query().nearestTo(vector).column('vector').distanceType('cosine').limit(limit);
  if (tuning === undefined) query.bypassVectorIndex();
  else query.nprobes(tuning.nprobes).refineFactor(refineFactorFor(tuning, limit));
  return where === undefined ? query : query.where(where);
}

/**
 * The factor was measured for ten rows. With a higher limit the same number of candidates serves the first rows as well, and each
 * candidate costs a read of its vector.
 */
function refineFactorFor(tuning: VectorTuning, limit: number): number {
  return Math.max(LEAST_REFINE_FACTOR, Math.ceil((tuning.refineFactor * TUNED_FOR_ROWS) / limit));
}

/** Sorts hits by score; the engine's order is kept among equals. */
export function bestFirst<Hit extends { readonly hitScore: number }>(hits: Hit[]): Hit[] {
  return hits.sort((one, other) => other.hitScore - one.hitScore);
}

export function checkDimension(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) {
    throw new RangeError(`The question's vector has ${vector.length} components; this index holds ${dimension}.`);
  }
}

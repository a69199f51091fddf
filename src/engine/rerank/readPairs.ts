import { planBatches } from '../../core/rerank/batches.ts';
import { fits, measured, type Pace, UNKNOWN_PACE } from '../../core/rerank/pace.ts';
import type { RerankJob } from '../../core/rerank/reranker.ts';
import type { PairReader } from '../../inference/rerank/pairReader.ts';

/** A token of code is three characters or more; enough to plan batches with, without reading anything twice. */
const CHARACTERS_A_TOKEN = 3;

/** Reads jobs with one model, and remembers how fast it is. */
export function createReading(
  reader: PairReader,
): (job: RerankJob, isCancelled: () => boolean) => Promise<readonly (number | null)[] | undefined> {
  let pace: Pace = UNKNOWN_PACE;

  /** Undefined when it was cancelled. */
  return async ({ question, documents, instruction, budgetMs }, isCancelled) => {
    const scores = new Array<number | null>(documents.length).fill(null);
    const until = performance.now() + budgetMs;
    const lengths = documents.map(({ length }) => Math.ceil(length / CHARACTERS_A_TOKEN));
    for (const batch of planBatches(lengths, reader.batch.pairs, reader.batch.tokens)) {
      // Messages are only read when the loop comes around: so a newer question ends this one between two pairs.
      await new Promise((resolve) => setImmediate(resolve));
      if (isCancelled()) return undefined;
      const startedAt = performance.now();
      const rows = batch.map((at) => reader.encode({ question, document: documents[at] ?? '', instruction }));
      const tokens = rows.length * Math.max(...rows.map(({ ids }) => ids.length));
      if (!fits(pace, tokens, until - performance.now())) break;
      const read = await reader.score(rows);
      pace = measured(pace, tokens, performance.now() - startedAt);
      batch.forEach((at, row) => {
        scores[at] = read[row] ?? null;
      });
    }
    return scores;
  };
}

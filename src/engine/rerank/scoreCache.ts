import { createHash } from 'node:crypto';
import type { RerankJob } from '../../core/rerank/reranker.ts';

/** Pairs that are remembered: enough for a day's questions, and a few megabytes. */
const MOST_PAIRS = 20_000;

/** Scores of pairs that were read before. The same question over an index that has moved on costs only what is new. */
export interface ScoreCache {
  /** One function a job and model: from a document to the key of its score. */
  keys(model: string, job: Pick<RerankJob, 'question' | 'instruction'>): (document: string) => string;
  get(key: string): number | undefined;
  set(key: string, score: number): void;
}

export function createScoreCache(most = MOST_PAIRS): ScoreCache {
  /** In the order of their last use, the oldest first. */
  const scores = new Map<string, number>();
  return {
    keys(model, { question, instruction }) {
      const asked = createHash('sha256').update(JSON.stringify([model, question, instruction]));
      return (document) => asked.copy().update(document).digest('base64');
    },
    get(key) {
      const score = scores.get(key);
      if (score === undefined) return undefined;
      scores.delete(key);
      scores.set(key, score);
      return score;
    },
    set(key, score) {
      scores.delete(key);
      scores.set(key, score);
      const [oldest] = scores.keys();
      if (scores.size > most && oldest !== undefined) scores.delete(oldest);
    },
  };
}

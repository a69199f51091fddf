/** From what a model puts out to a score between 0 and 1. */

/** The score of a cross-encoder's one logit. */
export function logitScore(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** The share of yes in a yes and a no: the softmax over these two logits alone. */
export function yesNoScore(yes: number, no: number): number {
  return logitScore(yes - no);
}

/** Scores by place for a model that gives an order: `order` holds positions, best first; what it leaves out is unread. */
export function placeScores(order: readonly number[], count: number): readonly (number | null)[] {
  const scores = new Array<number | null>(count).fill(null);
  order.forEach((position, place) => {
    scores[position] = 1 - place / order.length;
  });
  return scores;
}

/** Why these scores cannot be used, as one sentence; empty when they can. A model that reads nothing gives everything the same score. */
export function scoreProblem(scores: readonly (number | null)[], documents: readonly string[]): string {
  const read = scores.filter((score) => score !== null);
  if (scores.length !== documents.length) return `It gave ${scores.length} scores for ${documents.length} places.`;
  if (read.some((score) => !Number.isFinite(score) || score < 0 || score > 1)) return 'It gave a score that is no number from 0 to 1.';
  const distinct = new Set(documents.filter((_, at) => scores[at] !== null)).size;
  if (distinct > 2 && new Set(read).size === 1) return 'It gave every place the same score.';
  return '';
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] as number) * (right[index] as number);
  return sum;
}

/**
 * Cosine of the question with each row, brought to 0 (as near as the average row of the whole corpus, or farther) .. 1 (the nearest row).
 * The average over the corpus needs no scan: it is the cosine with the mean vector. A row without a vector gets 0.
 */
export function denseScores(question: Float32Array, rows: readonly (Float32Array | null)[], mean: Float32Array | null): Float32Array {
  const scores = new Float32Array(rows.length);
  const average = mean === null ? 0 : dot(question, mean);
  let best = average;
  rows.forEach((row, index) => {
    if (row === null) return;
    const cosine = dot(question, row);
    scores[index] = cosine;
    if (cosine > best) best = cosine;
  });
  const range = best - average;
  for (let index = 0; index < scores.length; index += 1) {
    scores[index] = rows[index] === null || range <= 0 ? 0 : Math.max(0, ((scores[index] as number) - average) / range);
  }
  return scores;
}

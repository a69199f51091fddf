import type { RankContext } from './context.ts';

/** Candidates in the order in which they are shown, with the score that put them there. */
export interface Ordered {
  readonly candidate: number;
  readonly score: number;
}

/** Best first; equal scores by path and line, so that the same question always has the same answer. */
export function ordered(context: RankContext, scores: Float32Array): Ordered[] {
  const rows = [...scores].map((score, candidate) => ({ candidate, score }));
  return sorted(context, rows);
}

export function sorted(context: RankContext, rows: Ordered[]): Ordered[] {
  return rows.sort((left, right) => {
    if (left.score !== right.score) return right.score - left.score;
    const one = context.candidates[left.candidate];
    const other = context.candidates[right.candidate];
    if (one === undefined || other === undefined) return 0;
    if (one.path !== other.path) return one.path < other.path ? -1 : 1;
    return one.startLine - other.startLine;
  });
}

/** When rows are files, every further chunk of a file falls behind: the first page shows many files. */
export function spreadFiles(context: RankContext, rows: readonly Ordered[]): Ordered[] {
  const seen = new Map<number, number>();
  const spread = rows.map(({ candidate, score }) => {
    const file = context.fileOf[candidate] as number;
    const before = seen.get(file) ?? 0;
    seen.set(file, before + 1);
    return { candidate, score: score * context.constants.furtherChunk ** before };
  });
  return sorted(context, spread);
}

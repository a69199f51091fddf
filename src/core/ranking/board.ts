import type { RankContext } from './context.ts';
import type { RankReason } from './types.ts';

/** What one signal gave to each candidate or file, kept so that every row can be explained. */
interface Contribution {
  readonly signal: string;
  readonly effect: 'score' | 'factor';
  readonly of: 'chunk' | 'file';
  readonly values: Float32Array;
  readonly detail: (index: number) => string;
}

/** The running scores. A row's score is `(chunk + file) x chunk factor x file factor`. */
export interface Board {
  readonly chunkScores: Float32Array;
  readonly fileScores: Float32Array;
  readonly chunkFactors: Float32Array;
  readonly fileFactors: Float32Array;
  readonly contributions: Contribution[];
}

export function createBoard(context: RankContext): Board {
  return {
    chunkScores: new Float32Array(context.candidates.length),
    fileScores: new Float32Array(context.paths.length),
    chunkFactors: new Float32Array(context.candidates.length).fill(1),
    fileFactors: new Float32Array(context.paths.length).fill(1),
    contributions: [],
  };
}

/** Adds (scores) or multiplies (factors) one signal into the board. `detail` says in words what the value at an index means. */
export function contribute(board: Board, contribution: Contribution): void {
  const { effect, of, values } = contribution;
  const target =
    of === 'chunk'
      ? effect === 'score'
        ? board.chunkScores
        : board.chunkFactors
      : effect === 'score'
        ? board.fileScores
        : board.fileFactors;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    target[index] = effect === 'score' ? (target[index] as number) + value : (target[index] as number) * value;
  }
  board.contributions.push(contribution);
}

export function totalScores(board: Board, context: RankContext): Float32Array {
  const totals = new Float32Array(context.candidates.length);
  for (let index = 0; index < totals.length; index += 1) {
    const file = context.fileOf[index] as number;
    const sum = (board.chunkScores[index] as number) + (board.fileScores[file] as number);
    totals[index] = sum * (board.chunkFactors[index] as number) * (board.fileFactors[file] as number);
  }
  return totals;
}

/** Why a candidate stands where it stands: every signal that moved it, in the order in which they were applied. */
export function reasonsFor(board: Board, context: RankContext, candidate: number): RankReason[] {
  const reasons: RankReason[] = [];
  for (const { signal, effect, of, values, detail } of board.contributions) {
    const index = of === 'chunk' ? candidate : (context.fileOf[candidate] as number);
    const value = values[index] as number;
    if (value === (effect === 'score' ? 0 : 1)) continue;
    reasons.push({ signal, effect, value: Math.round(value * 1000) / 1000, detail: detail(index) });
  }
  return reasons;
}

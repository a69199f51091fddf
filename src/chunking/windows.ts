import { indentOf, isBlank, type Rows, trimRows } from './lines.ts';

/** A row at which a statement starts, and how deep it is nested in the definition that is to be split. */
export interface Cut {
  readonly row: number;
  readonly depth: number;
}

/** How long the pieces of a split run of lines should be. */
export interface WindowSize {
  readonly target: number;
  readonly max: number;
}

/** For text without structure and for what is left between definitions. */
export const REST_WINDOW: WindowSize = { target: 50, max: 80 };
/** For the parts of a long definition. */
export const PART_WINDOW: WindowSize = { target: 80, max: 110 };

/** Lower is a better place to cut before `row`: after a blank line and shallow beats the middle of a block. */
function costOfCut(lines: readonly string[], row: number, depthAt: ReadonlyMap<number, number>, ideal: number): number {
  const distance = Math.abs(row - ideal);
  const depth = depthAt.get(row);
  if (depth !== undefined) return depth * 12 + distance - (isBlank(lines, row - 1) ? 8 : 0);
  if (isBlank(lines, row - 1)) return 40 + indentOf(lines[row] ?? '') * 3 + distance;
  return 400 + indentOf(lines[row] ?? '') * 3 + distance;
}

/** The rows at which statements start, with the shallowest depth of each. */
function depthsByRow(cuts: readonly Cut[]): ReadonlyMap<number, number> {
  const depths = new Map<number, number>();
  for (const { row, depth } of cuts) depths.set(row, Math.min(depth, depths.get(row) ?? depth));
  return depths;
}

/**
 * Cuts rows into windows of about `size.target` and at most `size.max` lines that together hold every non-blank row once.
 * It cuts before a statement where `cuts` tells of one, else after a blank line with little indentation, else anywhere.
 */
export function windowsOf(lines: readonly string[], rows: Rows, size: WindowSize, cuts: readonly Cut[] = []): readonly Rows[] {
  const depthAt = depthsByRow(cuts);
  const windows: Rows[] = [];
  let rest = trimRows(lines, rows);
  while (rest !== undefined) {
    const length = rest.end - rest.start + 1;
    if (length <= size.max) {
      windows.push(rest);
      break;
    }
    const even = Math.ceil(length / Math.max(2, Math.round(length / size.target)));
    const ideal = rest.start + Math.min(even, size.max);
    let best = rest.start + Math.min(even, size.max);
    let bestCost = Number.POSITIVE_INFINITY;
    const from = rest.start + Math.max(1, Math.floor(size.target * 0.4));
    for (let row = from; row <= rest.start + size.max; row += 1) {
      if (isBlank(lines, row)) continue;
      const cost = costOfCut(lines, row, depthAt, ideal);
      if (cost < bestCost) [best, bestCost] = [row, cost];
    }
    const window = trimRows(lines, { start: rest.start, end: best - 1 });
    if (window !== undefined) windows.push(window);
    rest = trimRows(lines, { start: best, end: rest.end });
  }
  return windows;
}

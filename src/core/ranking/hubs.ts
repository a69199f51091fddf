import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { folderOf, standsFor } from './paths.ts';
import { dividedByBest, valuesOf } from './values.ts';

/** The best chunk score of each file. */
function bestOfFiles(context: RankContext, board: Board): number[] {
  return context.candidatesOf.map((candidates) =>
    candidates.reduce((best, candidate) => Math.max(best, board.chunkScores[candidate] as number), 0),
  );
}

/**
 * A file that stands for a folder (`routing/mod.rs`, or `endpoint.ex` beside `endpoint/`) is asked for by what its folder is about. When
 * rows are files it gets a part of what its folder's files got; when rows are places, the place itself has to match.
 */
export function liftHubs(context: RankContext, board: Board): void {
  if (context.input.rows !== 'file') return;
  const { hub, hubDecay, hubFiles } = context.constants;
  const best = bestOfFiles(context, board);
  const inFolder = new Map<string, number[]>();
  context.paths.forEach((path, file) => {
    const folder = folderOf(path);
    const files = inFolder.get(folder);
    if (files === undefined) inFolder.set(folder, [file]);
    else files.push(file);
  });
  const sums = valuesOf(context.paths, (path, file) => {
    const members = (inFolder.get(standsFor(path)) ?? []).filter((member) => member !== file).map((member) => best[member] as number);
    members.sort((left, right) => right - left);
    return members.slice(0, hubFiles).reduce((sum, score, place) => sum + score * hubDecay ** place, 0);
  });
  const values = dividedByBest(sums).map((value) => value * hub);
  const detail = (file: number) => `stands for \`${standsFor(context.paths[file] as string)}\`, whose files match`;
  contribute(board, { signal: 'hub', effect: 'score', of: 'file', values, detail });
}

import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { folderOf, standsFor } from './paths.ts';
import { valuesOf } from './values.ts';

/** The best chunk score of each file. */
function bestOfFiles(context: RankContext, board: Board): number[] {
  return context.candidatesOf.map((candidates) =>
    candidates.reduce((best, candidate) => Math.max(best, board.chunkScores[candidate] as number), 0),
  );
}

/** How many of the found files lie below each folder. */
function filesBelow(paths: readonly string[]): ReadonlyMap<string, number> {
  const below = new Map<string, number>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      below.set(folder, (below.get(folder) ?? 0) + 1);
    }
  }
  return below;
}

/**
 * A file that stands for a folder (`routing/mod.rs`, or `endpoint.ex` beside `endpoint/`) is asked for by what its folder is about. When
 * rows are files it gets a part of what its folder's files got against the best of all; when rows are places, the place itself has to
 * match, and a change is made in the file that does the work. A folder that most of what was found lies in says nothing of its own: the root
 * of the sources is always full of matches.
 */
export function liftHubs(context: RankContext, board: Board): void {
  if (context.input.rows !== 'file' || context.question.kind === 'change') return;
  const { hub, hubDecay, hubFiles } = context.constants;
  const best = bestOfFiles(context, board);
  const bestOfAll = best.reduce((most, score) => Math.max(most, score), 0);
  const inFolder = new Map<string, number[]>();
  context.paths.forEach((path, file) => {
    const folder = folderOf(path);
    const files = inFolder.get(folder);
    if (files === undefined) inFolder.set(folder, [file]);
    else files.push(file);
  });
  const below = filesBelow(context.paths);
  const values = valuesOf(context.paths, (path, file) => {
    const folder = standsFor(path);
    const members = (inFolder.get(folder) ?? []).filter((member) => member !== file).map((member) => best[member] as number);
    if (members.length === 0 || bestOfAll === 0) return 0;
    members.sort((left, right) => right - left);
    const sum = members.slice(0, hubFiles).reduce((total, score, place) => total + score * hubDecay ** place, 0);
    // Below the root, which has no name, is everything.
    const share = (below.get(folder) ?? context.paths.length) / context.paths.length;
    return (hub * (1 - share) * (1 - hubDecay) * sum) / bestOfAll;
  });
  const detail = (file: number) => `stands for \`${standsFor(context.paths[file] as string)}\`, whose files match`;
  contribute(board, { signal: 'hub', effect: 'score', of: 'file', values, detail });
}

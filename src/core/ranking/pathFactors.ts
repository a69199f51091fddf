import { isBarrel } from './barrels.ts';
import { type Board, contribute } from './board.ts';
import type { PathClass } from './constants.ts';
import type { RankContext } from './context.ts';
import { ASKED_FOR, CLASS_WORDS, olderVersions } from './pathClasses.ts';
import { otherPlatforms } from './platforms.ts';

/** Only a file all of whose chunks are at hand can be told to be a barrel, and barrels have few. */
function looksLikeBarrel(context: RankContext, file: number): boolean {
  const found = context.candidatesOf[file] ?? [];
  const chunks = context.files[file]?.chunks ?? found.length;
  if (found.length < chunks || found.length > 6) return false;
  return isBarrel(found.map((candidate) => context.candidates[candidate]?.text ?? ''));
}

/** Weakens files that are seldom meant: tests, examples, generated code, older versions. A question that asks for such files lifts it. */
export function weighPaths(context: RankContext, board: Board): void {
  const { input, pathFactors, paths, pathFacts, languages } = context;
  const lifted = (name: PathClass) => input.without.has(`path-${name}`) || ASKED_FOR[name]?.test(input.question) === true;
  const askedVersion = Number(/\bv(\d+)\b/i.exec(input.question)?.[1] ?? 0);
  const older = olderVersions(paths);
  const isOther = otherPlatforms(paths, languages);
  const values = new Float32Array(paths.length).fill(1);
  const classes = pathFacts.map((facts, file) => {
    const found = [...facts.classes];
    if (isOther[file] === true) found.push('platform');
    if (older[file] !== 0 && older[file] !== askedVersion) found.push('olderVersion');
    if (looksLikeBarrel(context, file)) found.push('barrel');
    const counted = found.filter((name) => !lifted(name));
    for (const name of counted) values[file] = (values[file] as number) * pathFactors[name];
    return counted;
  });
  const detail = (file: number) => (classes[file] ?? []).map((name) => CLASS_WORDS[name]).join(', ');
  contribute(board, { signal: 'path', effect: 'factor', of: 'file', values, detail });
}

import { type Board, contribute } from './board.ts';
import type { PathClass } from './constants.ts';
import type { RankContext } from './context.ts';
import { ASKED_FOR, CLASS_WORDS, olderVersions, pathClasses } from './pathClasses.ts';

const NOT_CODE = /^(?:\/\/|#(?!include)|\*|\/\*|[\])}]+[,;]?$)/;
const IMPORT_OR_EXPORT =
  /^(?:import|from|export\s+(?:\*|\{|type\s*\{)|use\s|pub use|mod\s|pub mod|__all__|require|#include|package\s|["']?\w+["']?,?$)/;
/** A file is a barrel when more than this share of its lines imports or exports. */
const BARREL_SHARE = 0.7;

function isBarrel(texts: readonly string[]): boolean {
  let lines = 0;
  let passing = 0;
  for (const text of texts) {
    for (const raw of text.split('\n')) {
      const line = raw.trim();
      if (line === '' || NOT_CODE.test(line)) continue;
      lines += 1;
      if (IMPORT_OR_EXPORT.test(line)) passing += 1;
    }
  }
  return lines > 0 && passing / lines > BARREL_SHARE;
}

/** Only a file all of whose chunks are at hand can be told to be a barrel, and barrels have few. */
function looksLikeBarrel(context: RankContext, file: number): boolean {
  const found = context.candidatesOf[file] ?? [];
  const chunks = context.files[file]?.chunks ?? found.length;
  if (found.length < chunks || found.length > 6) return false;
  return isBarrel(found.map((candidate) => context.candidates[candidate]?.text ?? ''));
}

/** Weakens files that are seldom meant: tests, examples, generated code, older versions. A question that asks for such files lifts it. */
export function weighPaths(context: RankContext, board: Board): void {
  const { input, pathFactors, paths } = context;
  const lifted = (name: PathClass) => input.without.has(`path-${name}`) || ASKED_FOR[name]?.test(input.question) === true;
  const askedVersion = Number(/\bv(\d+)\b/i.exec(input.question)?.[1] ?? 0);
  const older = olderVersions(paths);
  const values = new Float32Array(paths.length).fill(1);
  const classes = paths.map((path, file) => {
    const found = pathClasses(path, context.candidates[context.candidatesOf[file]?.[0] ?? -1]?.language ?? '');
    if (older[file] !== 0 && older[file] !== askedVersion) found.push('olderVersion');
    if (looksLikeBarrel(context, file)) found.push('barrel');
    const counted = found.filter((name) => !lifted(name));
    for (const name of counted) values[file] = (values[file] as number) * pathFactors[name];
    return counted;
  });
  const detail = (file: number) => (classes[file] ?? []).map((name) => CLASS_WORDS[name]).join(', ');
  contribute(board, { signal: 'path', effect: 'factor', of: 'file', values, detail });
}

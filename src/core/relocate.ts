import type { Chunk } from './chunk.ts';

/** A place as it was when it was indexed. */
export type FormerPlace = Pick<Chunk, 'symbol' | 'kind' | 'startLine' | 'text'>;

/** A chunk that shares less than this share of the former lines is another one. */
const LEAST_SHARED = 0.5;

/**
 * Finds a place again among the chunks of a file that changed: the same text, else the same definition, else the chunk that holds most of its
 * lines; of several the nearest. Undefined when it is gone.
 */
export function relocate(former: FormerPlace, chunks: readonly Chunk[]): Chunk | undefined {
  const nearest = (among: readonly Chunk[]): Chunk | undefined =>
    [...among].sort((a, b) => Math.abs(a.startLine - former.startLine) - Math.abs(b.startLine - former.startLine))[0];
  const same = chunks.filter(({ text }) => text === former.text);
  if (same.length > 0) return nearest(same);
  const defined = chunks.filter(({ symbol, kind }) => symbol !== '' && symbol === former.symbol && kind === former.kind);
  if (defined.length > 0) return nearest(defined);
  const lines = linesOf(former.text);
  const shared = chunks.map((chunk) => ({ chunk, count: linesOf(chunk.text).filter((line) => lines.includes(line)).length }));
  const most = Math.max(0, ...shared.map(({ count }) => count));
  if (most === 0 || most < lines.length * LEAST_SHARED) return undefined;
  return nearest(shared.filter(({ count }) => count === most).map(({ chunk }) => chunk));
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

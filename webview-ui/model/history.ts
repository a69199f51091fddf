/** Where a person stands in the history: `index` -1 is the text being written, 0 the newest question. */
export interface HistoryWalk {
  readonly index: number;
  /** What was being written before the walk began. */
  readonly draft: string;
}

export const AT_DRAFT: HistoryWalk = { index: -1, draft: '' };

/** One step into the past (-1, the Up key) or back (1). Gives null where there is nothing further. */
export function walkHistory(
  history: readonly string[],
  walk: HistoryWalk,
  current: string,
  by: 1 | -1,
): { readonly walk: HistoryWalk; readonly question: string } | null {
  const draft = walk.index < 0 ? current : walk.draft;
  // The newest question is often the one on the screen already.
  let index = walk.index - by;
  if (walk.index < 0 && by < 0 && history[0] === current) index = 1;
  if (index < -1 || index >= history.length) return null;
  if (index === -1) return { walk: AT_DRAFT, question: draft };
  return { walk: { index, draft }, question: history[index] ?? draft };
}

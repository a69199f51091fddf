import type { IndexStore, LedgerEntry } from '../store/types.ts';

/** Records written in one commit. */
const SLICE = 500;

/**
 * Writes the records of files whose time stamp moved while their content stayed (a branch switched there and back),
 * so that the next start does not read them again.
 */
export async function renewTimes(
  store: IndexStore,
  before: ReadonlyMap<string, LedgerEntry>,
  now: ReadonlyMap<string, LedgerEntry>,
): Promise<void> {
  const moved = [...now.values()].filter((entry) => {
    const old = before.get(entry.path);
    return old !== undefined && old.hash === entry.hash && (old.mtimeMs !== entry.mtimeMs || old.size !== entry.size);
  });
  for (let at = 0; at < moved.length; at += SLICE) {
    const slice = moved.slice(at, at + SLICE);
    const entries = new Map(slice.map((entry) => [entry.path, entry]));
    const rows = await store.filesByPath(slice.map((entry) => entry.path));
    const updates = rows.flatMap((row) => {
      const entry = entries.get(row.path);
      if (entry === undefined) return [];
      const { language, tokens, skeleton, vector, skeletonVector } = row;
      return [{ file: { ...entry, language, tokens, skeleton, vector, skeletonVector }, chunks: [] }];
    });
    await store.commit({ updates, removed: [] });
  }
}

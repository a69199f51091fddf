import type { SearchHit } from '../../protocol/search.ts';

/** Numbers of hits that no longer are what was indexed. */
export interface Staleness {
  readonly changed: readonly number[];
  readonly deleted: readonly number[];
}

/**
 * Compares hits with their files as they are now. `readText` gives a file's text, or null when there is no such file; each file is read
 * once.
 */
export async function findStale(
  hits: readonly (readonly [number, SearchHit])[],
  readText: (hit: SearchHit) => Promise<string | null>,
): Promise<Staleness> {
  const files = new Map<string, (readonly [number, SearchHit])[]>();
  for (const entry of hits) {
    const key = JSON.stringify([entry[1].folder, entry[1].path]);
    const others = files.get(key);
    if (others === undefined) files.set(key, [entry]);
    else others.push(entry);
  }
  const changed: number[] = [];
  const deleted: number[] = [];
  await Promise.all(
    [...files.values()].map(async (entries) => {
      const [first] = entries;
      if (first === undefined) return;
      const text = await readText(first[1]);
      if (text === null) {
        deleted.push(...entries.map(([id]) => id));
        return;
      }
      const lines = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
      changed.push(...entries.filter(([, hit]) => !stillThere(lines, hit)).map(([id]) => id));
    }),
  );
  return { changed, deleted };
}

/** Whether a hit's lines are what was indexed. The engine may cut a very long chunk: then its beginning has to be there. */
export function stillThere(lines: readonly string[], hit: SearchHit): boolean {
  const now = lines.slice(hit.startLine - 1, hit.endLine).join('\n');
  const then = hit.text.replace(/\r(?=\n|$)/gu, '');
  return now === then || (then.length > 0 && now.startsWith(then));
}

/**
 * Runs `work` over all items, at most `limit` at a time, and settles with the results in the order of the items.
 * Stops taking items and rejects with the signal's reason when it is aborted.
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  // One shared iterator: each lane takes the next item that no other lane has taken.
  const entries = items.entries();
  const lane = async () => {
    for (const [index, item] of entries) {
      signal?.throwIfAborted();
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  signal?.throwIfAborted();
  return results;
}

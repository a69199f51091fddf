import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Far above what people and git write into files of rules and references; packed references are the largest. */
const MOST_BYTES = 16_000_000;

/**
 * The text of a file of rules or of git's own state; undefined when there is none to read. Such a file comes with the folder, so it may be
 * anything: a pipe that nobody writes to would be waited for without end, and a device never ends.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  // Git keeps each of these files only where there is something to say, so one that is not there is an answer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    return stats.isFile() && stats.size <= MOST_BYTES ? await handle.readFile('utf8') : undefined;
  } catch {
    // Not readable is as good as not there.
    return undefined;
  } finally {
    await handle.close();
  }
}

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = entries.map(async (entry): Promise<number> => {
    if (!entry.isFile()) return 0;
    // A file may go while the folder is walked.
    return (await lstat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Bytes that the newest version of a table and its indexes takes. */
export async function neededBytes(table: Table): Promise<number> {
  const indexes = await table.listIndices();
  return indexes.reduce((sum, index) => sum + (index.sizeBytes ?? 0), (await table.stats()).totalBytes);
}

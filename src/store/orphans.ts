import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';

const DATA = 'data';
const INDEXES = '_indices';
const VERSIONS = '_versions';

/**
 * Removes what was written and never committed because its process was killed: rows and indexes in the folder of a table (`dir` is the
 * folder of the tables) that no version names. LanceDB itself keeps them for a week, for it cannot know whether somebody is about to
 * commit them. So nobody may write meanwhile. What is named is found as LanceDB writes it: files by name, indexes by the bytes of
 * their UUID. Where that is not so for what the table certainly has, nothing is removed.
 */
export async function removeUncommitted(table: Table, dir: string): Promise<void> {
  const folder = join(dir, `${table.name}.lance`);
  const namesIn = async (part: string): Promise<readonly string[]> => readdir(join(folder, part)).catch(() => []);
  const left = new Map<string, Buffer>();
  for (const name of await namesIn(DATA)) left.set(join(DATA, name), Buffer.from(name));
  for (const name of await namesIn(INDEXES)) left.set(join(INDEXES, name), uuidBytes(name));
  const needed = (await table.listIndices()).flatMap(({ indexUuid }) => (indexUuid === undefined ? [] : [join(INDEXES, indexUuid)]));
  let dataFiles = [...left.keys()].filter((path) => path.startsWith(DATA)).length;
  const manifests = (await namesIn(VERSIONS)).filter((name) => name.endsWith('.manifest'));
  for (const name of manifests) {
    if (left.size === 0) return;
    const manifest = await readFile(join(folder, VERSIONS, name));
    for (const [path, bytes] of left) if (manifest.includes(bytes)) left.delete(path);
  }
  dataFiles -= [...left.keys()].filter((path) => path.startsWith(DATA)).length;
  if (needed.some((path) => left.has(path)) || (dataFiles === 0 && (await table.countRows()) > 0)) return;
  for (const path of left.keys()) await rm(join(folder, path), { recursive: true, force: true });
}

/** The sixteen bytes that a UUID stands for; of another name its letters, which no version holds. */
function uuidBytes(name: string): Buffer {
  const digits = name.replaceAll('-', '');
  return /^[0-9a-f]{32}$/i.test(digits) ? Buffer.from(digits, 'hex') : Buffer.from(name);
}

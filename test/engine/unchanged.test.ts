import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { type IndexSummary, OpenFolder, WaitForIndex } from '../../src/protocol/engine.ts';
import { makeFolder } from './cli.ts';
import { modules } from './inProcess.ts';

const DIST = join(import.meta.dirname, '../../dist');

async function oneStart(folder: string, indexDir: string): Promise<IndexSummary> {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: false } });
  try {
    await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
    return await client.request(WaitForIndex, { folder });
  } finally {
    await client.stop();
  }
}

/** Every file of an index with the number of the very file and its time. */
async function filesOf(indexDir: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(indexDir, { recursive: true })) {
    const { ino, mtimeMs, size } = await stat(join(indexDir, entry));
    found.set(entry, `${ino} ${mtimeMs} ${size}`);
  }
  return found;
}

it('a start over unchanged files indexes none of them, and writes nothing but when it looked', async () => {
  const { folder, indexDir } = await makeFolder(modules(80));
  expect(await oneStart(folder, indexDir)).toMatchObject({ indexedFiles: 80 });
  const before = await filesOf(indexDir);
  expect(await oneStart(folder, indexDir)).toMatchObject({ indexedFiles: 0, indexedChunks: 0, removedFiles: 0, status: { files: 80 } });
  const after = await filesOf(indexDir);
  // Files as young as these are looked into once more, which the journal of the parser notes.
  const written = [...after].filter(([name, state]) => before.get(name) !== state && name !== 'in-progress.json').map(([name]) => name);
  expect(written).toEqual([expect.stringMatching(/^checked_\w+\.json$/)]);
  expect([...before.keys()].filter((name) => !after.has(name) && !name.startsWith('writer.lock'))).toEqual([]);
});

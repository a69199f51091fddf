import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FolderIndex } from '../../src/engine/folderIndex.ts';
import { openStore } from '../../src/store/index.ts';
import { makeFolder } from './cli.ts';
import { modules, type OpenedIndex, openFolderIndex, testEmbedder, testServices } from './inProcess.ts';

/** After a fault the log says what happened, once. */

const FILES = 12;
const opened: FolderIndex[] = [];

afterEach(async () => {
  for (const index of opened.splice(0)) await index.close();
});

async function open(folder: string, indexDir: string): Promise<OpenedIndex> {
  const result = await openFolderIndex(folder, indexDir, await testServices(testEmbedder('e')));
  opened.push(result.index);
  return result;
}

async function indexed(): Promise<{ readonly folder: string; readonly indexDir: string; readonly index: FolderIndex }> {
  const { folder, indexDir } = await makeFolder(modules(FILES));
  const { index } = await open(folder, indexDir);
  await index.settled();
  return { folder, indexDir, index };
}

/** Opens what the fault has left: whole again, and what the log says of it. */
async function reopened(folder: string, indexDir: string): Promise<readonly string[]> {
  const { index, log } = await open(folder, indexDir);
  const { status } = await index.settled();
  expect(status).toMatchObject({ phase: 'ready', files: FILES, chunks: FILES, failed: 0 });
  return log;
}

describe('the log says', () => {
  it('nothing of a start after an orderly end', async () => {
    const { folder, indexDir, index } = await indexed();
    await index.close();
    expect(await reopened(folder, indexDir)).toEqual([]);
  });

  it('that a commit was not finished, and what was undone', async () => {
    const { folder, indexDir, index } = await indexed();
    await index.close();
    const { fingerprint, dimension } = JSON.parse(await readFile(join(indexDir, 'index.json'), 'utf8'));
    const store = await openStore({ dir: indexDir, fingerprint, dimension, write: true });
    const path = 'src/module3.ts';
    const [row] = await store.filesByPath([path]);
    const entry = (await store.ledger()).find((known) => known.path === path);
    if (row === undefined || entry === undefined) throw new Error('the file is not indexed');
    const { language, tokens, skeleton, vector, skeletonVector } = row;
    const file = { ...entry, chunks: entry.chunks + 1, language, tokens, skeleton, vector, skeletonVector };
    await store.commit({ updates: [{ file, chunks: [] }], removed: [] });
    await store.close();
    expect(await reopened(folder, indexDir)).toEqual([
      expect.stringMatching(/^info: An unfinished commit was undone: \d+ rows removed, 1 files/),
    ]);
  });

  it('that the index was damaged, and is built anew', async () => {
    const { folder, indexDir, index } = await indexed();
    await index.close();
    for (const file of await readdir(indexDir, { recursive: true }))
      if (/chunks_.*data[/\\].*\.lance$/.test(file)) await rm(join(indexDir, file));
    expect(await reopened(folder, indexDir)).toEqual([expect.stringMatching(/^warn: The index was damaged and is being rebuilt: ./)]);
  });

  it('that the writer is gone and who writes now', async () => {
    const { folder, indexDir, index } = await indexed();
    const follower = await open(folder, indexDir);
    expect(follower.index.status().phase).toBe('following');
    await index.close();
    await vi.waitFor(() => expect(follower.index.status().phase).toBe('ready'), { timeout: 120_000, interval: 20 });
    expect(follower.log).toEqual(['info: The former writer of this index is gone: this process writes it.']);
  });
});

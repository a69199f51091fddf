import { afterEach, describe, expect, it } from 'vitest';
import type { FolderIndex } from '../../src/engine/folderIndex.ts';
import { makeFolder } from './cli.ts';
import { modules, openFolderIndex, testEmbedder, testServices } from './inProcess.ts';

const opened: FolderIndex[] = [];

afterEach(async () => {
  for (const index of opened.splice(0)) await index.close();
});

/** Folders of so many files each, opened one after the other while the one embedder of all stands still. */
async function workspace(folders: readonly { readonly files: number; readonly first?: readonly string[] }[]) {
  const embedder = testEmbedder('one');
  const services = await testServices(embedder);
  embedder.hold();
  const indexes: FolderIndex[] = [];
  for (const { files, first } of folders) {
    const { folder, indexDir } = await makeFolder(modules(files));
    const { index } = await openFolderIndex(folder, indexDir, services, false, undefined, first);
    opened.push(index);
    indexes.push(index);
  }
  await embedder.held();
  return { indexes, embedder };
}

/** How many files the other one holds as soon as this one holds all of its own. */
async function whenFilled(one: FolderIndex | undefined, files: number, other: FolderIndex | undefined): Promise<number> {
  while ((one?.status().files ?? 0) < files) await new Promise((resolve) => setTimeout(resolve, 5));
  return other?.status().files ?? 0;
}

describe('several folders of one engine', () => {
  it('take turns: a small one is done long before a huge one that was opened first', async () => {
    const { indexes, embedder } = await workspace([{ files: 900 }, { files: 40 }]);
    const [huge, small] = indexes;
    const done = whenFilled(small, 40, huge);
    embedder.letGo();
    expect(await done).toBeLessThan(300);
    expect((await huge?.settled())?.status.files).toBe(900);
    expect(small?.status().files).toBe(40);
  });

  it('come in the order of interest: the one with files in editors gets most of the turns, and the others some', async () => {
    const { indexes, embedder } = await workspace([{ files: 500 }, { files: 500, first: ['src/module7.ts'] }]);
    const [other, seen] = indexes;
    const done = whenFilled(seen, 500, other);
    embedder.letGo();
    const others = await done;
    expect(others).toBeGreaterThan(0);
    expect(others).toBeLessThan(400);
    expect((await other?.settled())?.status.files).toBe(500);
  });

  it('do not wait for one that is paused', async () => {
    const { indexes, embedder } = await workspace([{ files: 200 }, { files: 200 }]);
    const [paused, other] = indexes;
    const pausing = paused?.pause();
    embedder.letGo();
    await pausing;
    await other?.settled();
    expect(other?.status().files).toBe(200);
    expect(paused?.status().files).toBeLessThan(200);
    paused?.resume();
    expect((await paused?.settled())?.status.files).toBe(200);
  });
});

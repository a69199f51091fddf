import { rename } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { FolderIndex } from '../../src/engine/folderIndex.ts';
import { createFolders } from '../../src/engine/folders.ts';
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
  /** For each folder, how many files every folder held at the moment when this one held all of its own. */
  const whenFilled: (readonly number[])[] = [];
  for (const [at, { files, first }] of folders.entries()) {
    const { folder, indexDir } = await makeFolder(modules(files));
    const { index } = await openFolderIndex(folder, indexDir, services, false, undefined, first, (status) => {
      // At once and not at a later look: a busy machine may have done everything by then.
      if (status.files === files) whenFilled[at] ??= indexes.map(({ ledger }) => ledger.size);
    });
    opened.push(index);
    indexes.push(index);
  }
  await embedder.held();
  return { indexes, embedder, whenFilled };
}

describe('several folders of one engine', () => {
  it('take turns: a small one is done long before a huge one that was opened first', async () => {
    const { indexes, embedder, whenFilled } = await workspace([{ files: 900 }, { files: 40 }]);
    const [huge, small] = indexes;
    embedder.letGo();
    await small?.settled();
    expect(whenFilled[1]?.[0]).toBeLessThan(300);
    expect((await huge?.settled())?.status.files).toBe(900);
    expect(small?.status().files).toBe(40);
  });

  it('come in the order of interest: the one with files in editors gets most of the turns, and the others some', async () => {
    const { indexes, embedder, whenFilled } = await workspace([{ files: 500 }, { files: 500, first: ['src/module7.ts'] }]);
    const [other, seen] = indexes;
    embedder.letGo();
    await seen?.settled();
    expect(whenFilled[1]?.[0]).toBeGreaterThan(0);
    expect(whenFilled[1]?.[0]).toBeLessThan(400);
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

describe('the folders that are open', () => {
  it('no longer hold one that cannot be opened again because it is gone, and it opens anew when it is back', async () => {
    const services = await testServices(testEmbedder('one'));
    const { folder, indexDir } = await makeFolder(modules(2));
    const folders = createFolders(async (at, params) => {
      const index = new FolderIndex(at, params, services, { isTyping: () => false, onStatus: () => undefined, log: () => undefined });
      opened.push(index);
      return index;
    });
    const params = { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true, first: [] };
    await (await folders.open(params)).settled();
    await rename(folder, `${folder}-elsewhere`);
    await expect(folders.open(params)).rejects.toThrow('There is no folder');
    await expect(folders.get(folder)).rejects.toThrow('is not open');
    expect(folders.now()).toEqual([]);
    await rename(`${folder}-elsewhere`, folder);
    const again = await folders.open(params);
    expect(again).not.toBe(opened[0]);
    // The one before has given the index up: only one may write it.
    expect((await again.settled()).status).toMatchObject({ files: 2, phase: 'ready' });
  });
});

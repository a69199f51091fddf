import { afterEach, expect, test, vi } from 'vitest';
import type { FolderIndex } from '../../src/engine/folderIndex.ts';
import { makeFolder } from './cli.ts';
import { modules, openFolderIndex, testEmbedder, testServices } from './inProcess.ts';

/** How often a reader still finds that a file has gone which it was about to read, as when the writer removes old versions. */
const vanishing = vi.hoisted(() => ({ inspections: 0, opens: 0 }));

vi.mock('../../src/store/index.ts', async (original) => {
  const store = await original<typeof import('../../src/store/index.ts')>();
  return {
    ...store,
    inspectEarly: (dir: string) => {
      const inspect = store.inspectEarly(dir);
      return (fingerprint: string) =>
        vanishing.inspections-- > 0 ? Promise.resolve({ state: 'damaged', detail: 'a file is gone' }) : inspect(fingerprint);
    },
    openStore: (options: Parameters<typeof store.openStore>[0]) =>
      !options.write && vanishing.opens-- > 0
        ? Promise.reject(new store.StoreDamagedError('A part of the index cannot be read (a file is gone).'))
        : store.openStore(options),
  };
});

const opened: FolderIndex[] = [];
afterEach(async () => {
  Object.assign(vanishing, { inspections: 0, opens: 0 });
  for (const index of opened.splice(0).reverse()) await index.close();
});

/** An index that this process writes, and a way to open it once more. */
async function written() {
  const { folder, indexDir } = await makeFolder(modules(30));
  const services = await testServices(testEmbedder('test'));
  const open = async () => {
    const one = await openFolderIndex(folder, indexDir, services);
    opened.push(one.index);
    return one;
  };
  const writer = await open();
  await writer.index.settled();
  return open;
}

test('a follower that opens while the writer removes old versions reads the newest one, and calls nothing damaged', async () => {
  const open = await written();
  Object.assign(vanishing, { inspections: 1, opens: 2 });
  const { index, log } = await open();
  expect(index.status()).toMatchObject({ phase: 'following', files: 30, message: '' });
  expect(log).toEqual([]);
});

test('what stays unreadable is said once', async () => {
  const open = await written();
  Object.assign(vanishing, { opens: 1000 });
  const { index, log } = await open();
  expect(index.status()).toMatchObject({ phase: 'following', files: 0 });
  expect(log.filter((line) => line.includes('damaged'))).toHaveLength(1);
});

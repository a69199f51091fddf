import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CancellationToken } from 'vscode-jsonrpc';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import type { FolderIndex } from '../../src/engine/folderIndex.ts';
import { NOT_RERANKED, type Reranking } from '../../src/engine/rerank/reranking.ts';
import { search } from '../../src/engine/searcher.ts';
import type { EngineServices } from '../../src/engine/services.ts';
import { OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';
import { listGenerations, recordedGenerations } from '../../src/store/index.ts';
import { randomFrom } from '../faults/random.ts';
import { makeFolder } from './cli.ts';
import { modules, moduleText, type OpenedIndex, openFolderIndex, type TestEmbedder, testEmbedder, testServices } from './inProcess.ts';
import { killEngine } from './processes.ts';

const DIST = join(import.meta.dirname, '../../dist');
const opened: FolderIndex[] = [];
const held: TestEmbedder[] = [];

afterEach(async () => {
  for (const embedder of held.splice(0)) embedder.letGo();
  for (const index of opened.splice(0)) await index.close();
});

async function open(folder: string, indexDir: string, services: EngineServices, paused = false): Promise<OpenedIndex> {
  const result = await openFolderIndex(folder, indexDir, services, paused);
  opened.push(result.index);
  return result;
}

const unused: Reranking = {
  rerank: (hits) => Promise.resolve({ hits, metrics: NOT_RERANKED }),
  prepare: () => Promise.resolve(),
};

const ask = (index: FolderIndex, services: EngineServices, query: string): Promise<SearchResponse> =>
  search([index], services, unused, { query, mode: 'hybrid', limit: 5, rows: 'symbol', filters: {} }, CancellationToken.None);

const firstOf = async (...args: Parameters<typeof ask>): Promise<string | undefined> => (await ask(...args)).hits[0]?.symbol;

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A folder indexed with one embedder, and another embedder that stands still when it is asked. */
async function switching(files = 60) {
  const { folder, indexDir } = await makeFolder(modules(files));
  const [small, large] = [testEmbedder('small'), testEmbedder('large')];
  const before = await open(folder, indexDir, await testServices(small));
  await before.index.settled();
  await before.index.close();
  held.push(large);
  large.hold();
  return { folder, indexDir, small, large };
}

describe('while the index of another embedder is built', () => {
  it('the older one answers by words and by meaning, and the status says how far the new one is', async () => {
    const { folder, indexDir, small, large } = await switching();
    const services = await testServices(large, small);
    const { index, statuses } = await open(folder, indexDir, services);
    await large.held();
    const { hits, mode, coverage, notes } = await ask(index, services, 'handleCase7');
    expect({ symbol: hits[0]?.symbol, mode, coverage }).toEqual({ symbol: 'handleCase7', mode: 'hybrid', coverage: 1 });
    expect(notes.join(' ')).toContain('while the new one is built (0 %)');
    expect(index.status()).toMatchObject({ files: 60, semantic: true, building: { embedder: 'large', files: 0, coverage: 0 } });
    large.letGo();
    const { status, indexedFiles } = await index.settled();
    expect({ files: status.files, building: status.building, indexedFiles }).toEqual({ files: 60, building: undefined, indexedFiles: 60 });
    const shares = statuses.flatMap(({ building }) => building?.coverage ?? []);
    expect(shares.some((share) => share > 0 && share < 1)).toBe(true);
    expect((await ask(index, services, 'handleCase7')).hits[0]?.symbol).toBe('handleCase7');
  });

  it('what is saved, and what is deleted, shows at once', async () => {
    const { folder, indexDir, small, large } = await switching();
    const services = await testServices(large, small);
    const { index } = await open(folder, indexDir, services);
    await large.held();
    await writeFile(join(folder, 'src/module3.ts'), moduleText('renamedMeanwhile'));
    await rm(join(folder, 'src/module4.ts'));
    index.changed(['src/module3.ts', 'src/module4.ts']);
    // The pass stands in a call of the large model: what is between two of its steps comes when that call returns.
    large.letGo();
    large.hold();
    await until(
      async () => (await firstOf(index, services, 'renamedMeanwhile')) === 'renamedMeanwhile' || index.status().building === undefined,
    );
    large.letGo();
    await index.settled();
    expect(await firstOf(index, services, 'renamedMeanwhile')).toBe('renamedMeanwhile');
    expect(await firstOf(index, services, 'handleCase4')).not.toBe('handleCase4');
    expect(index.status().files).toBe(59);
  });

  it('without its embedder the older one answers by words alone, and is left as it is', async () => {
    const { folder, indexDir, small, large } = await switching();
    const services = await testServices(large);
    const { index } = await open(folder, indexDir, services);
    await large.held();
    const { hits, mode } = await ask(index, services, 'handleCase7');
    expect({ symbol: hits[0]?.symbol, mode }).toEqual({ symbol: 'handleCase7', mode: 'keyword' });
    expect(index.status().semantic).toBe(false);
    await writeFile(join(folder, 'src/module3.ts'), moduleText('renamedMeanwhile'));
    index.changed(['src/module3.ts']);
    large.letGo();
    await index.settled();
    await index.close();
    const again = await testServices(small);
    const back = await open(folder, indexDir, again);
    expect((await back.index.settled()).indexedFiles).toBe(1);
    expect((await ask(back.index, again, 'renamedMeanwhile')).hits[0]?.symbol).toBe('renamedMeanwhile');
  });

  it('a reader of another process changes over when the new one is complete', async () => {
    const { folder, indexDir, small, large } = await switching();
    const services = await testServices(large, small);
    const writer = await open(folder, indexDir, services);
    const reader = await open(folder, indexDir, services);
    expect(reader.index.status().phase).toBe('following');
    await large.held();
    expect(await firstOf(reader.index, services, 'handleCase9')).toBe('handleCase9');
    large.letGo();
    await writer.index.settled();
    const before = large.count();
    // A question to the new generation needs a vector of the new embedder.
    await until(async () => (await firstOf(reader.index, services, 'handleCase9')) === 'handleCase9' && large.count() > before);
  });
});

describe('killed with -9 at any time of a change of embedder', () => {
  it('one of the two answers, and in the end the new one holds every file once', async () => {
    const count = 300;
    const { folder, indexDir } = await makeFolder(modules(count));
    const random = randomFrom(7);
    const withEngine = async <T>(keywordOnly: boolean, action: (client: EngineClient) => Promise<T>): Promise<T> => {
      const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly } });
      try {
        await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
        return await action(client);
      } finally {
        await client.stop();
      }
    };
    const finds = async (client: EngineClient): Promise<boolean> => {
      const { hits } = await client.request(Search, { query: 'handleCase77', mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
      return hits[0]?.symbol === 'handleCase77';
    };
    await withEngine(true, (client) => client.request(WaitForIndex, { folder }));
    for (let kill = 0; kill < 8; kill++) {
      await withEngine(false, async (client) => {
        const until = Date.now() + random.below(900);
        do expect(await finds(client)).toBe(true);
        while (Date.now() < until);
        killEngine(client);
      });
    }
    await withEngine(false, async (client) => {
      const { status } = await client.request(WaitForIndex, { folder });
      expect(status).toMatchObject({ files: count, chunks: count, phase: 'ready' });
      expect(status.building).toBeUndefined();
      expect(await finds(client)).toBe(true);
    });
    const [current, older] = await recordedGenerations(indexDir);
    expect([current?.complete, older?.complete]).toEqual([true, true]);
  });
});

describe('switching back', () => {
  it('is instant while both are kept, and reads nothing again', async () => {
    const { folder, indexDir, small, large } = await switching();
    large.letGo();
    const there = await open(folder, indexDir, await testServices(large, small));
    await there.index.settled();
    await there.index.close();
    const services = await testServices(small, large);
    const { index } = await open(folder, indexDir, services, true);
    const before = small.count();
    expect((await ask(index, services, 'handleCase7')).mode).toBe('hybrid');
    expect(index.status().building).toBeUndefined();
    index.resume();
    expect((await index.settled()).indexedFiles).toBe(0);
    // One text: the question.
    expect(small.count()).toBe(before + 1);
    expect(await listGenerations(indexDir, '')).toHaveLength(2);
  });

  it('goes on where a build was left', async () => {
    const { folder, indexDir, small, large } = await switching(600);
    const services = await testServices(large, small);
    const { index } = await open(folder, indexDir, services);
    large.letGo();
    await until(async () => (index.status().building?.files ?? 600) > 0);
    await index.close();
    const between = await open(folder, indexDir, await testServices(small, large));
    await between.index.settled();
    await between.index.close();
    const embedded = large.count();
    const again = await open(folder, indexDir, services);
    const { indexedFiles } = await again.index.settled();
    expect({ fewer: indexedFiles < 600, files: again.index.status().files }).toEqual({ fewer: true, files: 600 });
    // A file has two texts here: its chunk and its outline.
    expect(large.count() - embedded).toBe(2 * indexedFiles);
    expect((await recordedGenerations(indexDir)).map(({ complete }) => complete)).toEqual([true, true]);
  });
});

describe('while somebody types', () => {
  it('indexing of many files waits, and what is saved is searchable all the same', async () => {
    const { folder, indexDir } = await makeFolder(modules(300));
    const services = await testServices(testEmbedder('small'));
    let typing = true;
    const { index } = await openFolderIndex(folder, indexDir, services, false, () => typing);
    opened.push(index);
    await until(async () => index.status().filesTotal === 300);
    await writeFile(join(folder, 'src/module299.ts'), moduleText('savedMeanwhile'));
    index.changed(['src/module299.ts']);
    await until(async () => (await firstOf(index, services, 'savedMeanwhile')) === 'savedMeanwhile');
    expect(index.status().files).toBeLessThan(300);
    typing = false;
    expect((await index.settled()).status).toMatchObject({ files: 300, phase: 'ready' });
    expect(await firstOf(index, services, 'savedMeanwhile')).toBe('savedMeanwhile');
  });
});

describe('a pause', () => {
  it('in the middle of a pass finishes no file after it, until indexing goes on', async () => {
    const { folder, indexDir } = await makeFolder(modules(300));
    const embedder = testEmbedder('small');
    held.push(embedder);
    const services = await testServices(embedder);
    // The first batch has 48 texts and comes through; the last one does not.
    embedder.hold(100);
    const { index } = await open(folder, indexDir, services);
    await embedder.held();
    await until(async () => index.status().files > 0);
    await index.pause();
    const { files } = index.status();
    expect(files).toBeLessThan(300);
    embedder.letGo();
    // The pass has everything that it needs for the next commit; as long as a person may look, nothing comes of it.
    for (let look = 0; look < 20; look++) {
      await ask(index, services, 'handleCase7');
      expect(index.status()).toMatchObject({ phase: 'paused', files });
    }
    await index.close();
    // The pause is kept by the face, which opens the folder paused the next time.
    const next = await open(folder, indexDir, services, true);
    await ask(next.index, services, 'handleCase7');
    expect(next.index.status()).toMatchObject({ phase: 'paused', files });
    next.index.resume();
    expect((await next.index.settled()).status).toMatchObject({ phase: 'ready', files: 300 });
  });
});

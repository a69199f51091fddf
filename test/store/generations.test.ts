import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as storeModule from '../../src/store/index.ts';
import {
  dropGeneration,
  dropOtherGenerations,
  dropStore,
  inspectEarly,
  inspectStore,
  listGenerations,
  openStore,
  recordedGenerations,
  StoreDamagedError,
  StoreUnavailableError,
  StoreWriteError,
} from '../../src/store/index.ts';
import type { StoreModule } from '../../src/store/types.ts';
import { FINGERPRINT, storeIn, temporaryFolder } from './folder.ts';
import { DIMENSION, fileUpdate, unitVector } from './rows.ts';

/** The module keeps its contract; the compiler checks it. */
const contract: StoreModule = storeModule;

const READ = { write: false } as const;

/** Every file below a folder with its content, to see that nothing was written. */
function contents(dir: string): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(dir, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(join(dir, name)).toString('base64')]));
}

async function filledFolder(): Promise<string> {
  const dir = temporaryFolder();
  const store = await openStore({ dir, fingerprint: FINGERPRINT, dimension: DIMENSION, write: true });
  await store.commit({ updates: [fileUpdate('a.ts', 20), fileUpdate('b.ts', 20)], removed: [] });
  await store.upkeep();
  await store.commit({ updates: [fileUpdate('c.ts', 20)], removed: [] });
  await store.close();
  return dir;
}

describe('states', () => {
  test('missing, ready, other fingerprint', async () => {
    const dir = temporaryFolder();
    expect(await contract.inspectStore(join(dir, 'not there'), FINGERPRINT)).toMatchObject({ state: 'missing' });
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'missing' });
    const store = await storeIn(join(dir, 'deep', 'index'));
    expect(await inspectStore(join(dir, 'deep', 'index'), FINGERPRINT)).toEqual({ state: 'ready', detail: '' });
    expect(await inspectStore(join(dir, 'deep', 'index'), 'two')).toMatchObject({ state: 'other-fingerprint' });
    expect(store.dimension).toBe(DIMENSION);
  });

  test('looked at early it is what it is when it is asked for', async () => {
    const dir = await filledFolder();
    const damaged = await filledFolder();
    const whole = inspectEarly(dir);
    expect(await whole(FINGERPRINT)).toEqual({ state: 'ready', detail: '' });
    expect(await whole('two')).toMatchObject({ state: 'other-fingerprint' });
    expect(await inspectEarly(join(dir, 'not there'))(FINGERPRINT)).toMatchObject({ state: 'missing' });
    rmSync(join(damaged, 'lance'), { recursive: true });
    const broken = inspectEarly(damaged);
    expect(await broken(FINGERPRINT)).toMatchObject({ state: 'damaged' });
    // Another process may have made it anew meanwhile.
    await dropStore(damaged);
    await storeIn(damaged);
    expect(await broken(FINGERPRINT)).toEqual({ state: 'ready', detail: '' });
  });

  test('a newer format is not opened, not changed, and not swept', async () => {
    const dir = await filledFolder();
    writeFileSync(join(dir, 'index.json'), JSON.stringify({ format: 99, whatever: true }));
    const before = contents(dir);
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'newer-format', detail: expect.stringContaining('99') });
    for (const write of [true, false]) {
      await expect(storeIn(dir, { write })).rejects.toThrow(StoreUnavailableError);
    }
    await dropOtherGenerations(dir, 'two');
    expect(contents(dir)).toEqual(before);
  });

  test.each(['', 'not json', '[]', '{}', '{"format":"1"}', '{"format":1}', '{"format":1.5}', 'null'])(
    'index.json with %s is damaged',
    async (text) => {
      const dir = await filledFolder();
      writeFileSync(join(dir, 'index.json'), text);
      expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'damaged' });
      await expect(storeIn(dir, READ)).rejects.toThrow(StoreDamagedError);
      expect(await (await storeIn(dir)).ledger()).toEqual([]);
    },
  );

  test('an older format is another generation', async () => {
    const dir = await filledFolder();
    writeFileSync(join(dir, 'index.json'), JSON.stringify({ format: 0, fingerprint: FINGERPRINT, dimension: DIMENSION }));
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'other-fingerprint' });
    expect(await (await storeIn(dir)).ledger()).toEqual([]);
  });

  test('tables of another dimension are damaged', async () => {
    const dir = await filledFolder();
    await expect(storeIn(dir, { dimension: 24 })).rejects.toThrow(StoreDamagedError);
    await expect(storeIn(temporaryFolder(), { dimension: 12 })).rejects.toThrow('divisible by eight');
  });
});

describe('generations', () => {
  test('an old one stays until it is dropped, and answers again when it is opened again', async () => {
    const dir = await filledFolder();
    const next = await storeIn(dir, { fingerprint: 'two' });
    await next.commit({ updates: [fileUpdate('new.ts', 1)], removed: [] });
    expect(await inspectStore(dir, 'two')).toMatchObject({ state: 'ready' });
    const again = await storeIn(dir);
    expect((await again.ledger()).map((entry) => entry.path)).toEqual(['a.ts', 'b.ts', 'c.ts']);
    await again.close();
    await dropOtherGenerations(dir, 'two');
    expect((await next.ledger()).map((entry) => entry.path)).toEqual(['new.ts']);
    expect(readdirSync(join(dir, 'lance')).filter((name) => name.endsWith('.lance'))).toHaveLength(2);
  });

  test('at most two are kept: a third takes the place of the older', async () => {
    const dir = await filledFolder();
    for (const fingerprint of ['two', 'three']) {
      const store = await openStore({ dir, fingerprint, dimension: DIMENSION, embedder: fingerprint, write: true });
      await store.complete();
      await store.close();
    }
    expect((await recordedGenerations(dir)).map(({ fingerprint }) => fingerprint)).toEqual(['three', 'two']);
    expect(await listGenerations(dir, 'three')).toHaveLength(2);
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'other-fingerprint' });
    await (await openStore({ dir, fingerprint: 'two', dimension: DIMENSION, write: true })).close();
    expect((await recordedGenerations(dir)).map(({ fingerprint, complete }) => [fingerprint, complete])).toEqual([
      ['two', true],
      ['three', true],
    ]);
  });

  test.each([
    { next: 'another model', embedder: 'c', kept: 'one' },
    { next: 'none in an emergency', embedder: '', kept: 'two' },
  ])('while the last was not complete, $next keeps $kept', async ({ embedder, kept }) => {
    const dir = await filledFolder();
    await (await storeIn(dir)).complete();
    await (await openStore({ dir, fingerprint: 'two', dimension: DIMENSION, embedder: 'b', write: true })).close();
    await (await openStore({ dir, fingerprint: 'three', dimension: DIMENSION, embedder, write: true })).close();
    expect((await recordedGenerations(dir)).map(({ fingerprint }) => fingerprint)).toEqual(['three', kept]);
  });

  test('one that is opened beside the one in use stays beside it, and both note what they are', async () => {
    const dir = await filledFolder();
    const own = await storeIn(dir, { fingerprint: 'two' });
    const beside = await storeIn(dir, { beside: true });
    await Promise.all([own.complete(), beside.complete()]);
    expect([own.isComplete, beside.isComplete]).toEqual([true, true]);
    expect((await recordedGenerations(dir)).map(({ fingerprint, complete }) => [fingerprint, complete])).toEqual([
      ['two', true],
      [FINGERPRINT, true],
    ]);
    await expect(storeIn(dir, { fingerprint: 'three', beside: true })).rejects.toThrow(StoreUnavailableError);
  });

  test('dropping one leaves the other, which answers', async () => {
    const dir = await filledFolder();
    await (await openStore({ dir, fingerprint: 'two', dimension: DIMENSION, write: true })).close();
    await dropGeneration(dir, 'two');
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'ready' });
    expect(await listGenerations(dir, FINGERPRINT)).toHaveLength(1);
  });

  test('one whose creation was killed is made anew', async () => {
    const dir = await filledFolder();
    const description = readFileSync(join(dir, 'index.json'));
    const names = readdirSync(join(dir, 'lance'));
    const next = await openStore({ dir, fingerprint: 'two', dimension: DIMENSION, write: true });
    await next.close();
    // The description is written last.
    writeFileSync(join(dir, 'index.json'), description);
    const made = readdirSync(join(dir, 'lance')).filter((name) => !names.includes(name));
    for (const name of made) rmSync(join(dir, 'lance', name, '_versions'), { recursive: true });
    const retried = await storeIn(dir, { fingerprint: 'two' });
    await retried.commit({ updates: [fileUpdate('a.ts', 1)], removed: [] });
    expect(await inspectStore(dir, 'two')).toMatchObject({ state: 'ready' });
  });

  test('dropping leaves other files alone, and needs no index', async () => {
    const dir = await filledFolder();
    writeFileSync(join(dir, 'statistics.bin'), 'x');
    await dropStore(dir);
    expect(readdirSync(dir)).toEqual(['statistics.bin']);
    await dropStore(dir);
    await dropStore(join(dir, 'not there'));
    expect(await inspectStore(dir, FINGERPRINT)).toMatchObject({ state: 'missing' });
  });
});

describe('reading only', () => {
  test('nothing on disk changes, and writing is refused', async () => {
    const dir = await filledFolder();
    const before = contents(dir);
    const store = await storeIn(dir, READ);
    await inspectStore(dir, FINGERPRINT);
    await store.searchChunksByText('fn1', 5, { include: ['[ab].ts'] });
    await store.searchChunksByVector(unitVector(1), 5);
    await store.ledger();
    await store.counts();
    await store.refresh();
    for (const write of [store.commit({ updates: [fileUpdate('d.ts', 1)], removed: [] }), store.repair(), store.upkeep()]) {
      await expect(write).rejects.toThrow(StoreWriteError);
    }
    expect(contents(dir)).toEqual(before);
  });

  test.each([{ what: 'missing' }, { what: 'of another generation' }])(
    'an index that is $what is not opened and not made',
    async ({ what }) => {
      const dir = what === 'missing' ? temporaryFolder() : await filledFolder();
      const before = contents(dir);
      await expect(storeIn(dir, { write: false, fingerprint: 'two' })).rejects.toThrow(StoreUnavailableError);
      expect(contents(dir)).toEqual(before);
    },
  );

  test('commits of another store show after a refresh, also when their old files are gone', async () => {
    const dir = await filledFolder();
    const writer = await storeIn(dir);
    const reader = await storeIn(dir, READ);
    expect(await reader.searchChunksByText('fn1', 9)).toHaveLength(3);
    await writer.commit({ updates: [fileUpdate('d.ts', 2)], removed: ['a.ts'] });
    expect((await reader.ledger()).map((entry) => entry.path)).toContain('a.ts');
    await reader.refresh();
    expect((await reader.ledger()).map((entry) => entry.path)).toEqual(['b.ts', 'c.ts', 'd.ts']);
    await writer.commit({ updates: [fileUpdate('e.ts', 2)], removed: ['b.ts'] });
    await writer.upkeep();
    expect((await reader.searchChunksByText('fn1', 9)).length).toBe(3);
    expect(await reader.searchChunksByVector(unitVector(1), 99)).toHaveLength(24);
  });

  test('a folder without permission to write', async (context) => {
    const dir = await filledFolder();
    const folders = [
      dir,
      join(dir, 'lance'),
      ...readdirSync(join(dir, 'lance'), { recursive: true }).map((name) => join(dir, 'lance', String(name))),
    ];
    for (const path of folders.filter((path) => statSync(path).isDirectory())) chmodSync(path, 0o555);
    try {
      mkdirSync(join(dir, 'probe'));
      context.skip('this user may write anywhere');
    } catch {
      // As it should be.
    }
    const store = await storeIn(dir, READ);
    expect(await store.searchChunksByText('fn1', 9)).toHaveLength(3);
    for (const path of folders.filter((path) => statSync(path).isDirectory())) chmodSync(path, 0o755);
  });

  test('a file stands where the folder should be', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await inspectStore(file, FINGERPRINT)).toMatchObject({ state: 'missing' });
    await expect(storeIn(file)).rejects.toThrow();
  });
});

describe('damage', () => {
  const damages: Readonly<Record<string, (file: string) => void>> = {
    truncated: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    deleted: (file) => rmSync(file),
    zeroed: (file) => writeFileSync(file, Buffer.alloc(statSync(file).size)),
  };
  const parts: Readonly<Record<string, (name: string) => boolean>> = {
    'data of chunks': (name) => /^chunks_\w+\.lance[\\/]data[\\/]/.test(name),
    'data of files': (name) => /^files_\w+\.lance[\\/]data[\\/]/.test(name),
    'indexes of chunks': (name) => /^chunks_\w+\.lance[\\/]_indices[\\/]/.test(name),
    'versions of files': (name) => /^files_\w+\.lance[\\/]_versions[\\/].*manifest$/.test(name),
  };
  const table = Object.keys(parts).flatMap((part) => Object.keys(damages).map((damage) => ({ part, damage })));

  test.each(table)('$part $damage: named as damage when inspected and when used, and gone after a drop', async ({ part, damage }) => {
    const dir = await filledFolder();
    const lance = join(dir, 'lance');
    const names = readdirSync(lance, { recursive: true })
      .map(String)
      .filter((name) => statSync(join(lance, name)).isFile() && parts[part]?.(name));
    expect(names).not.toEqual([]);
    for (const name of names) damages[damage]?.(join(lance, name));
    const { state, detail } = await inspectStore(dir, FINGERPRINT);
    expect([state, detail]).toEqual(['damaged', expect.stringMatching(/^[A-Z][^\n]{20,400}\.$/)]);
    await expect(useEverything(dir)).rejects.toThrow(StoreDamagedError);
    await dropStore(dir);
    const rebuilt = await storeIn(dir);
    await rebuilt.commit({ updates: [fileUpdate('a.ts', 1)], removed: [] });
    expect(await inspectStore(dir, FINGERPRINT)).toEqual({ state: 'ready', detail: '' });
  });

  async function useEverything(dir: string): Promise<void> {
    const store = await storeIn(dir);
    await store.ledger();
    await store.searchChunksByText('fn1', 99);
    await store.searchChunksByVector(unitVector(1), 99);
    await store.commit({ updates: [fileUpdate('a.ts', 1, 'next')], removed: [] });
  }

  test('damage that comes while the store is open', async () => {
    const dir = await filledFolder();
    const store = await storeIn(dir);
    const lance = join(dir, 'lance');
    for (const name of readdirSync(lance, { recursive: true }).map(String)) if (parts['data of chunks']?.(name)) rmSync(join(lance, name));
    await expect(store.searchChunksByVector(unitVector(1), 5)).rejects.toThrow(StoreDamagedError);
    await expect(store.scanChunks(() => {})).rejects.toThrow(StoreDamagedError);
  });

  test('a closed store says so', async () => {
    const store = await storeIn(temporaryFolder());
    await store.close();
    await store.close();
    await expect(store.ledger()).rejects.toThrow('closed');
    await expect(store.commit({ updates: [fileUpdate('a.ts', 1)], removed: [] })).rejects.toThrow('closed');
  });

  test('closing waits for what is running', async () => {
    const dir = temporaryFolder();
    const store = await storeIn(dir);
    const running = [store.commit({ updates: [fileUpdate('a.ts', 1)], removed: [] }), store.ledger(), store.upkeep()];
    await store.close();
    await Promise.all(running);
    expect((await (await storeIn(dir)).ledger()).map((entry) => entry.path)).toEqual(['a.ts']);
  });
});

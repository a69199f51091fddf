import { describe, expect, test } from 'vitest';
import type { Commit, FileUpdate, IndexStore } from '../../src/store/types.ts';
import { storeIn, storeWith, temporaryFolder } from './folder.ts';
import { chunkRow, fileRow, fileUpdate, unitVector } from './rows.ts';

/** Every row as `path#hash#ordinal`, in order. */
async function rows(store: IndexStore): Promise<string[]> {
  const ledger = await store.ledger();
  const found = await Promise.all(ledger.map((entry) => store.chunksOfFile(entry.path)));
  return found.flat().map((row) => row.id);
}

function changes(updates: readonly FileUpdate[], removed: readonly string[] = []): Commit {
  return { updates, removed };
}

describe('commit', () => {
  test.each<{ name: string; commits: readonly Commit[]; expected: readonly string[] }>([
    { name: 'nothing', commits: [changes([])], expected: [] },
    { name: 'a new file', commits: [changes([fileUpdate('a.ts', 2)])], expected: ['a.ts#hash1#0', 'a.ts#hash1#1'] },
    {
      name: 'a changed file, with fewer chunks',
      commits: [changes([fileUpdate('a.ts', 3), fileUpdate('b.ts', 1)]), changes([fileUpdate('a.ts', 1, 'hash2')])],
      expected: ['a.ts#hash2#0', 'b.ts#hash1#0'],
    },
    {
      name: 'the same content again, with fewer chunks',
      commits: [changes([fileUpdate('a.ts', 3)]), changes([fileUpdate('a.ts', 2)])],
      expected: ['a.ts#hash1#0', 'a.ts#hash1#1'],
    },
    {
      name: 'two files that exchange their contents',
      commits: [
        changes([fileUpdate('a.ts', 1, 'x'), fileUpdate('b.ts', 1, 'y')]),
        changes([fileUpdate('a.ts', 1, 'y'), fileUpdate('b.ts', 1, 'x')]),
      ],
      expected: ['a.ts#y#0', 'b.ts#x#0'],
    },
    {
      name: 'a removed file, and one that never was',
      commits: [changes([fileUpdate('a.ts', 1), fileUpdate('b.ts', 1)]), changes([], ['a.ts', 'never.ts'])],
      expected: ['b.ts#hash1#0'],
    },
    {
      name: 'removed and written in one commit: it is there',
      commits: [changes([fileUpdate('a.ts', 1)]), changes([fileUpdate('a.ts', 1, 'hash2')], ['a.ts'])],
      expected: ['a.ts#hash2#0'],
    },
    {
      name: 'a file twice in one commit: the last counts',
      commits: [changes([fileUpdate('a.ts', 1, 'x'), fileUpdate('a.ts', 1, 'y')])],
      expected: ['a.ts#y#0'],
    },
    {
      name: 'a file that became too large keeps no rows',
      commits: [
        changes([fileUpdate('a.ts', 2)]),
        changes([{ file: fileRow('a.ts', 0, { state: 'skipped', skipReason: 'too-large' }), chunks: [] }]),
      ],
      expected: [],
    },
    {
      name: 'a record that is renewed without chunks keeps its rows',
      commits: [changes([fileUpdate('a.ts', 2)]), changes([{ file: fileRow('a.ts', 2, { mtimeMs: 5 }), chunks: [] }])],
      expected: ['a.ts#hash1#0', 'a.ts#hash1#1'],
    },
    {
      name: 'new and known files in one commit',
      commits: [changes([fileUpdate('a.ts', 1)]), changes([fileUpdate('a.ts', 1), fileUpdate('b.ts', 1)])],
      expected: ['a.ts#hash1#0', 'b.ts#hash1#0'],
    },
  ])('$name', async ({ commits, expected }) => {
    const store = await storeIn(temporaryFolder());
    for (const commit of commits) await store.commit(commit);
    expect(await rows(store)).toEqual(expected);
    const { chunks } = await store.counts();
    expect(chunks).toBe(expected.length);
    expect(await store.repair()).toEqual({ removedRows: 0, forgottenFiles: 0 });
  });

  test.each([
    "it's.ts",
    "''",
    '100%_a.ts',
    'a b/c d.ts',
    'emoji 😀/日本語.ts',
    'back\\slash.ts',
    '"double".ts',
    "'; DROP TABLE chunks; --",
    'a_b.ts',
  ])('the path %s is written, found, changed and removed, and its neighbour stays', async (path) => {
    const neighbour = path.replace('_', 'x').replace('%', 'y');
    const others = neighbour === path ? [`${path}2`] : [neighbour];
    const store = await storeWith(fileUpdate(path, 2), ...others.map((other) => fileUpdate(other, 1)));
    await store.upkeep();
    await store.commit(changes([fileUpdate(path, 1, 'hash2')]));
    expect((await store.chunksOfFile(path)).map((row) => row.id)).toEqual([`${path}#hash2#0`]);
    expect((await store.filesByPath([path])).map((row) => row.path)).toEqual([path]);
    await store.commit(changes([], [path]));
    expect(await store.chunksOfFile(path)).toEqual([]);
    expect((await store.ledger()).map((entry) => entry.path)).toEqual(others);
  });

  test('every column of a chunk that a search uses comes back as it was written', async () => {
    const row = chunkRow('src/a.ts', 0, {
      kind: 'method',
      symbol: 'Größe.of',
      name: 'of',
      names: 'one two',
      startLine: 7,
      endLine: 2_000_000,
      part: 3,
      doc: 'Says "it\'s".',
      text: 'a\r\n\tb\u0001c 😀 \u2028',
      tokens: 'größe of 😀',
    });
    const store = await storeWith({ file: fileRow('src/a.ts', 1), chunks: [row] });
    const { fileHash: _, doc: __, vector, ...columns } = row;
    const found = (await store.chunksOfFile('src/a.ts'))[0];
    expect({ ...found, vector: null }).toEqual({ ...columns, vector: null, hitScore: 0 });
    expect(found?.vector?.length).toBe(vector?.length);
    for (const [index, value] of (found?.vector ?? []).entries()) expect(value).toBeCloseTo(vector?.[index] ?? 0, 3);
  });

  test('every column of a file comes back as it was written', async () => {
    const file = fileRow('a.ts', 0, {
      state: 'failed',
      error: "can't read",
      attempts: 2,
      size: 3_000_000_000,
      vector: null,
      skeletonVector: null,
    });
    const store = await storeWith({ file, chunks: [] }, fileUpdate('b.ts', 1));
    const { language, tokens, skeleton, vector, skeletonVector, ...entry } = file;
    expect((await store.ledger())[0]).toEqual(entry);
    const found = await store.filesByPath(['b.ts', 'missing.ts', 'a.ts']);
    expect(found.map((row) => row.path)).toEqual(['b.ts', 'a.ts']);
    expect(found[1]).toEqual({ path: 'a.ts', chunks: 0, language, tokens, skeleton, vector, skeletonVector });
    expect(found[0]?.skeletonVector?.length).toBe(unitVector(1).length);
  });

  test('commits at the same time are written in their order, and searches meanwhile see whole commits', async () => {
    const store = await storeWith(fileUpdate('a.ts', 3, 'v0'));
    const commits = Array.from({ length: 6 }, (_, version) => store.commit(changes([fileUpdate('a.ts', 3, `v${version + 1}`)])));
    let done = false;
    const all = Promise.all(commits).finally(() => {
      done = true;
    });
    const seen: string[][] = [];
    while (!done) seen.push((await store.searchChunksByText('function', 50)).map((hit) => hit.id.split('#')[1] ?? ''));
    await all;
    for (const hashes of seen) expect([hashes.length, new Set(hashes).size]).toEqual([3, 1]);
    expect((await store.chunksOfFile('a.ts')).map((row) => row.id)).toEqual(['a.ts#v6#0', 'a.ts#v6#1', 'a.ts#v6#2']);
  });

  test('a vector of another dimension is refused, and the next commit works', async () => {
    const store = await storeWith(fileUpdate('a.ts', 1));
    await expect(store.commit(changes([fileUpdate('b.ts', 1, 'h', { vector: new Float32Array(8) })]))).rejects.toThrow('8 components');
    await store.commit(changes([fileUpdate('b.ts', 2)]));
    expect(await rows(store)).toEqual(['a.ts#hash1#0', 'b.ts#hash1#0', 'b.ts#hash1#1']);
  });

  test('a file that got vectors later is written over, not beside', async () => {
    const store = await storeWith(fileUpdate('a.ts', 2, 'h', { vector: null }));
    expect(await store.searchChunksByVector(unitVector(1), 10)).toEqual([]);
    await store.commit(changes([fileUpdate('a.ts', 2, 'h')]));
    expect((await store.searchChunksByVector(unitVector(1), 10)).map((hit) => hit.id)).toEqual(['a.ts#h#0', 'a.ts#h#1']);
  });

  test('two thousand chunks and a thousand removed paths in one commit', async () => {
    const files = Array.from({ length: 1000 }, (_, index) => fileUpdate(`src/it's ${index}.ts`, 2));
    const store = await storeWith(...files);
    expect(await store.counts()).toMatchObject({ files: 1000, chunks: 2000 });
    await store.commit(changes(files.map(({ file }) => fileUpdate(file.path, 1, 'next'))));
    expect(await store.counts()).toMatchObject({ files: 1000, chunks: 1000 });
    expect(await store.repair()).toEqual({ removedRows: 0, forgottenFiles: 0 });
    await store.commit(
      changes(
        [],
        files.slice(1).map(({ file }) => file.path),
      ),
    );
    expect(await rows(store)).toEqual(["src/it's 0.ts#next#0"]);
  });
});

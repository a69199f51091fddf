import { describe, expect, test } from 'vitest';
import { encodeRows } from '../../src/store/encode.ts';
import { loadNative } from '../../src/store/native.ts';
import { CHUNK_COLUMNS } from '../../src/store/schema.ts';
import { lanceFolder, tableName } from '../../src/store/tables.ts';
import type { ChunkRow, IndexStore } from '../../src/store/types.ts';
import { FINGERPRINT, storeIn, temporaryFolder } from './folder.ts';
import { chunkRow, DIMENSION, fileUpdate } from './rows.ts';

/** What a killed process leaves in the chunk table, written past the store. */
interface Left {
  readonly rows?: readonly ChunkRow[];
  readonly deleted?: string;
}

async function leave(dir: string, { rows, deleted }: Left): Promise<void> {
  const native = await loadNative();
  const db = await native.lancedb.connect(lanceFolder(dir));
  const table = await db.openTable(tableName('chunks', FINGERPRINT));
  if (rows !== undefined) await table.add(encodeRows(native, CHUNK_COLUMNS, rows, DIMENSION));
  if (deleted !== undefined) await table.delete(deleted);
  table.close();
  db.close();
}

async function ids(store: IndexStore): Promise<string[]> {
  return (await store.searchChunksByText('function', 100)).map((hit) => hit.id).sort();
}

const a = ['a.ts#old#0', 'a.ts#old#1'];
const b = ["it's b.ts#old#0"];

describe('repair after a kill', () => {
  test.each<{
    name: string;
    left: Left;
    repaired: { removedRows: number; forgottenFiles: number };
    rows: readonly string[];
    ledger: readonly string[];
  }>([
    {
      name: 'nothing to do',
      left: {},
      repaired: { removedRows: 0, forgottenFiles: 0 },
      rows: [...a, ...b],
      ledger: ['a.ts', "it's b.ts", 'none.md'],
    },
    {
      name: 'a new file without its ledger record',
      left: { rows: [chunkRow('new.ts', 0), chunkRow('new.ts', 1)] },
      repaired: { removedRows: 2, forgottenFiles: 0 },
      rows: [...a, ...b],
      ledger: ['a.ts', "it's b.ts", 'none.md'],
    },
    {
      name: 'new rows of a changed file beside the old ones',
      left: { rows: [chunkRow("it's b.ts", 0, { fileHash: 'next' })] },
      repaired: { removedRows: 1, forgottenFiles: 0 },
      rows: [...a, ...b],
      ledger: ['a.ts', "it's b.ts", 'none.md'],
    },
    {
      name: 'the old rows deleted, the ledger not yet written: as many rows as before',
      left: { rows: [chunkRow("it's b.ts", 0, { fileHash: 'next' })], deleted: "file_hash = 'old' AND path = 'it''s b.ts'" },
      repaired: { removedRows: 1, forgottenFiles: 1 },
      rows: a,
      ledger: ['a.ts', 'none.md'],
    },
    {
      name: 'a removed file whose ledger record is left',
      left: { deleted: "path = 'a.ts'" },
      repaired: { removedRows: 0, forgottenFiles: 1 },
      rows: b,
      ledger: ["it's b.ts", 'none.md'],
    },
    {
      name: 'one row of a file lost',
      left: { deleted: "id = 'a.ts#old#1'" },
      repaired: { removedRows: 1, forgottenFiles: 1 },
      rows: b,
      ledger: ["it's b.ts", 'none.md'],
    },
    {
      name: 'rows doubled by a second writer',
      left: { rows: [chunkRow("it's b.ts", 0, { fileHash: 'old' })] },
      repaired: { removedRows: 2, forgottenFiles: 1 },
      rows: a,
      ledger: ['a.ts', 'none.md'],
    },
    {
      name: 'rows of a file that has none',
      left: { rows: [chunkRow('none.md', 0)] },
      repaired: { removedRows: 1, forgottenFiles: 1 },
      rows: [...a, ...b],
      ledger: ['a.ts', "it's b.ts"],
    },
  ])('$name', async ({ left, repaired, rows, ledger }) => {
    const dir = temporaryFolder();
    const before = await storeIn(dir);
    await before.commit({
      updates: [fileUpdate('a.ts', 2, 'old'), fileUpdate("it's b.ts", 1, 'old'), fileUpdate('none.md', 0)],
      removed: [],
    });
    await before.close();
    await leave(dir, left);
    const store = await storeIn(dir);
    expect(await store.repair()).toEqual(repaired);
    expect(await ids(store)).toEqual(rows);
    expect((await store.ledger()).map((entry) => entry.path)).toEqual(ledger);
    expect(await store.repair()).toEqual({ removedRows: 0, forgottenFiles: 0 });
  });

  test('a file that is indexed again without a repair is not doubled', async () => {
    const dir = temporaryFolder();
    const before = await storeIn(dir);
    await before.commit({ updates: [fileUpdate('a.ts', 1)], removed: [] });
    await before.close();
    await leave(dir, { rows: [chunkRow('new.ts', 0), chunkRow('new.ts', 1), chunkRow('new.ts', 0, { fileHash: 'stray' })] });
    const store = await storeIn(dir);
    await store.commit({ updates: [fileUpdate('new.ts', 2)], removed: [] });
    expect(await ids(store)).toEqual(['a.ts#hash1#0', 'new.ts#hash1#0', 'new.ts#hash1#1']);
  });
});

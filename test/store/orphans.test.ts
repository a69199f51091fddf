import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNative } from '../../src/store/native.ts';
import { removeUncommitted } from '../../src/store/orphans.ts';
import { CHUNKS, lanceFolder, tableName } from '../../src/store/tables.ts';
import { FINGERPRINT, storeIn, temporaryFolder } from './folder.ts';
import { fileUpdate } from './rows.ts';

/** What a killed step leaves behind, and what a table has. */

async function tableIn(dir: string) {
  const db = await (await loadNative()).lancedb.connect(lanceFolder(dir));
  return { db, chunks: await db.openTable(tableName(CHUNKS, FINGERPRINT)) };
}

test('what a killed step has left in the folders goes, and nothing that a version names does', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  for (let file = 0; file < 4; file++) await store.commit({ updates: [fileUpdate(`f${file}.ts`, 50, 'v0')], removed: [] });
  await store.upkeep();
  // A reader that stays on this version while others come.
  const reader = await storeIn(dir, { write: false });
  expect(await reader.chunksOfFile('f1.ts')).toHaveLength(50);
  await store.commit({ updates: [fileUpdate('f2.ts', 50, 'v1')], removed: ['f3.ts'] });
  const table = join(lanceFolder(dir), `${tableName(CHUNKS, FINGERPRINT)}.lance`);
  const names = (part: string): string[] => readdirSync(join(table, part)).sort();
  const before = { data: names('data'), indexes: names('_indices') };
  // Rows and an index that no version names: what the process that wrote them had not committed.
  cpSync(join(table, 'data', before.data[0] ?? ''), join(table, 'data', '0101010101010101010101019f1d4b6a8c2e4f60a1b2c3d4e5.lance'));
  const index = '0f8fad5b-d9cb-469f-a165-70867728950e';
  cpSync(join(table, '_indices', before.indexes[0] ?? ''), join(table, '_indices', index), { recursive: true });
  const { db, chunks } = await tableIn(dir);
  await removeUncommitted(chunks, lanceFolder(dir));
  db.close();
  expect({ data: names('data'), indexes: names('_indices') }).toEqual(before);
  expect(await reader.chunksOfFile('f2.ts')).toHaveLength(50);
  const again = await storeIn(dir, { write: false });
  expect((await again.chunksOfFile('f2.ts')).map(({ id }) => id)).toEqual(
    Array.from({ length: 50 }, (_, ordinal) => `f2.ts#v1#${ordinal}`),
  );
  expect((await again.searchChunksByText('function', 500)).length).toBe(150);
});

test('an upkeep begins with that', async () => {
  const dir = temporaryFolder();
  const store = await storeIn(dir);
  await store.commit({ updates: [fileUpdate('a.ts', 50, 'v0')], removed: [] });
  const left = join(lanceFolder(dir), `${tableName(CHUNKS, FINGERPRINT)}.lance`, 'data', 'left.lance');
  writeFileSync(left, 'rows that nobody has committed');
  await store.upkeep({ whole: false });
  expect(existsSync(left)).toBe(false);
  expect(await store.chunksOfFile('a.ts')).toHaveLength(50);
});

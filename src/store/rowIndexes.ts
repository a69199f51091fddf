import type { Table } from '@lancedb/lancedb';
import type { Native } from './native.ts';
import type { TableKind } from './upkeepPort.ts';

/** Columns that rows are found by exactly; those with few values have a bitmap. */
const KEYS: Readonly<Record<TableKind, { readonly btree: readonly string[]; readonly bitmap: readonly string[] }>> = {
  chunks: { btree: ['id', 'path', 'name_lower'], bitmap: ['language', 'kind'] },
  files: { btree: ['path'], bitmap: ['language'] },
};

/**
 * The full-text index over all rows there are. On an empty table there is none: its scores come out wrong. Tokens are made by our own code,
 * so LanceDB only splits at white space. Positions are off because with them `optimize` never ends (LanceDB 0.31).
 */
export async function buildTextIndex({ lancedb }: Native, table: Table): Promise<void> {
  await table.checkoutLatest();
  if ((await table.countRows()) === 0) return;
  const config = lancedb.Index.fts({
    baseTokenizer: 'whitespace',
    lowercase: false,
    stem: false,
    removeStopWords: false,
    asciiFolding: false,
    withPosition: false,
    maxTokenLength: 128,
  });
  await table.createIndex('tokens', { config, replace: true });
}

/** Rows of a table that its full-text index does not cover; all of them while there is none. */
export async function uncoveredRows(table: Table): Promise<number> {
  const stats = (await indexedColumns(table)).has('tokens') ? await table.indexStats('tokens_idx') : undefined;
  return stats?.numUnindexedRows ?? (await table.countRows());
}

/** Builds what is missing or does not cover all rows; each takes a tenth of a second for 100,000 rows. */
export async function buildKeyIndexes({ lancedb }: Native, table: Table, kind: TableKind): Promise<void> {
  for (const column of await keysDue(table, kind)) {
    const config = KEYS[kind].btree.includes(column) ? lancedb.Index.btree() : lancedb.Index.bitmap();
    await table.createIndex(column, { config });
  }
}

/** The columns whose index is missing or does not cover all rows. */
export async function keysDue(table: Table, kind: TableKind): Promise<readonly string[]> {
  if ((await table.countRows()) === 0) return [];
  const present = await indexedColumns(table);
  const due: string[] = [];
  for (const column of [...KEYS[kind].btree, ...KEYS[kind].bitmap]) {
    if (!present.has(column) || ((await table.indexStats(`${column}_idx`))?.numUnindexedRows ?? 1) > 0) due.push(column);
  }
  return due;
}

async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap((index) => index.columns));
}

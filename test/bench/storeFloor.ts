// What the store's own writing costs: the rows of a finished index, written again by bare LanceDB calls in batches like the engine's, with the
// same indexes, one compaction and one clean-up. Nothing that keeps the index searchable, whole and in step meanwhile.
import { rmSync } from 'node:fs';
import type { Table } from '@lancedb/lancedb';
import type { RecordBatch } from 'apache-arrow';
import { loadNative } from '../../src/store/native.ts';
import { buildKeyIndexes, buildTextIndex } from '../../src/store/rowIndexes.ts';
import { lanceFolder } from '../../src/store/tables.ts';

/** Rows of a batch: some 6 MB of source, as the engine commits. */
const ROWS = { chunks: 5000, files: 600 };

/** Milliseconds by the clock and of processor time. */
export interface Floor {
  readonly ms: number;
  readonly cpu: number;
}

export async function storeFloor(indexDir: string, folder: string): Promise<Floor> {
  const native = await loadNative();
  const { lancedb, arrow } = native;
  const from = await lancedb.connect(lanceFolder(indexDir));
  const to = await lancedb.connect(folder);
  const used = { ms: 0, cpu: 0 };
  const timed = async (work: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    used.ms += performance.now() - startedAt;
    used.cpu += (user + system) / 1000;
  };
  const copy = async (kind: 'chunks' | 'files'): Promise<Table> => {
    const name = (await from.tableNames()).find((one) => one.startsWith(kind)) ?? kind;
    const source = await from.openTable(name);
    const table = await to.createEmptyTable(name, await source.schema());
    let batches: RecordBatch[] = [];
    let rows = 0;
    const add = async (): Promise<void> => {
      const some = new arrow.Table(batches);
      if (rows > 0) await timed(() => table.add(some));
      batches = [];
      rows = 0;
    };
    // One pass over the rows: an offset would read all those before it each time.
    for await (const batch of source.query()) {
      batches.push(batch);
      rows += batch.numRows;
      if (rows >= ROWS[kind]) await add();
    }
    await add();
    source.close();
    return table;
  };
  const tables = [
    { table: await copy('chunks'), kind: 'chunks' },
    { table: await copy('files'), kind: 'files' },
  ] as const;
  await timed(async () => {
    for (const { table, kind } of tables) {
      await table.optimize();
      await buildTextIndex(native, table);
      await buildKeyIndexes(native, table, kind);
    }
    const chunks = tables[0].table;
    const rows = await chunks.countRows();
    const numPartitions = Math.max(1, Math.round(Math.sqrt(rows) / 32));
    const config = lancedb.Index.ivfRq({ distanceType: 'cosine', numPartitions, numBits: 1, maxIterations: 10, sampleRate: 64 });
    if (rows > 10_000) await chunks.createIndex('vector', { config });
    for (const { table } of tables) await table.optimize({ cleanupOlderThan: new Date() });
  });
  for (const { table } of tables) table.close();
  rmSync(folder, { recursive: true, force: true });
  return used;
}

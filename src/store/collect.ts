import type { Query, VectorQuery } from '@lancedb/lancedb';
import type { RecordBatch } from 'apache-arrow';

/** Rows of a query, decoded batch by batch. */
export async function collect<Row>(query: Query | VectorQuery, decode: (batch: RecordBatch) => readonly Row[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of query) for (const row of decode(batch)) rows.push(row);
  return rows;
}

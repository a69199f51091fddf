import type { Field, Schema } from 'apache-arrow';
import type { Native } from './native.ts';
import type { ChunkRow, FileRow } from './types.ts';

/** Raised when a table gets other columns or other meanings; an index of a higher format is never touched. */
export const FORMAT = 1;

type Cell = string | number | Float32Array | null;

/** One column: its name in the table, its type, and the value that a row has in it. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'text' | 'int' | 'double' | 'vector';
  readonly of: (row: Row) => Cell;
}

export const CHUNK_COLUMNS: readonly Column<ChunkRow>[] = [
  { name: 'id', type: 'text', of: (row) => row.id },
  { name: 'path', type: 'text', of: (row) => row.path },
  { name: 'language', type: 'text', of: (row) => row.language },
  { name: 'kind', type: 'text', of: (row) => row.kind },
  { name: 'symbol', type: 'text', of: (row) => row.symbol },
  { name: 'name', type: 'text', of: (row) => row.name },
  { name: 'name_lower', type: 'text', of: (row) => row.name.toLowerCase() },
  { name: 'names', type: 'text', of: (row) => row.names },
  { name: 'start_line', type: 'int', of: (row) => row.startLine },
  { name: 'end_line', type: 'int', of: (row) => row.endLine },
  { name: 'part', type: 'int', of: (row) => row.part },
  { name: 'doc', type: 'text', of: (row) => row.doc },
  { name: 'text', type: 'text', of: (row) => row.text },
  { name: 'tokens', type: 'text', of: (row) => row.tokens },
  { name: 'file_hash', type: 'text', of: (row) => row.fileHash },
  { name: 'vector', type: 'vector', of: (row) => row.vector },
];

export const FILE_COLUMNS: readonly Column<FileRow>[] = [
  { name: 'path', type: 'text', of: (row) => row.path },
  { name: 'size', type: 'double', of: (row) => row.size },
  { name: 'mtime_ms', type: 'double', of: (row) => row.mtimeMs },
  { name: 'hash', type: 'text', of: (row) => row.hash },
  { name: 'chunks', type: 'int', of: (row) => row.chunks },
  { name: 'state', type: 'text', of: (row) => row.state },
  { name: 'skip_reason', type: 'text', of: (row) => row.skipReason },
  { name: 'error', type: 'text', of: (row) => row.error },
  { name: 'attempts', type: 'int', of: (row) => row.attempts },
  { name: 'language', type: 'text', of: (row) => row.language },
  { name: 'tokens', type: 'text', of: (row) => row.tokens },
  { name: 'skeleton', type: 'text', of: (row) => row.skeleton },
  { name: 'vector', type: 'vector', of: (row) => row.vector },
  { name: 'skeleton_vector', type: 'vector', of: (row) => row.skeletonVector },
];

/** The Arrow schema of a table. Only vectors may be null; LanceDB's vector index wants their dimension divisible by eight. */
export function arrowSchema<Row>({ arrow }: Native, columns: readonly Column<Row>[], dimension: number): Schema {
  const fieldOf = ({ name, type }: Column<Row>): Field => {
    if (type === 'text') return new arrow.Field(name, new arrow.Utf8(), false);
    if (type === 'int') return new arrow.Field(name, new arrow.Int32(), false);
    if (type === 'double') return new arrow.Field(name, new arrow.Float64(), false);
    return new arrow.Field(name, new arrow.FixedSizeList(dimension, new arrow.Field('item', new arrow.Float16(), true)), true);
  };
  return new arrow.Schema(columns.map(fieldOf));
}

/** What a table's schema says in one line, for comparing what is on disk with what this version writes. */
export function describeSchema(schema: Schema): string {
  return schema.fields.map((field) => `${field.name} ${field.type}`).join(', ');
}

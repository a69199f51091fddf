import type { Data, Table } from 'apache-arrow';
import { writeHalves } from '../core/float16.ts';
import type { Native } from './native.ts';
import { arrowSchema, type Column } from './schema.ts';

const encoder = new TextEncoder();

function textData({ arrow }: Native, values: readonly string[]): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  // Three bytes hold any UTF-16 unit, so `encodeInto` never runs out of room.
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + value.length, 0) * 3);
  let end = 0;
  values.forEach((value, index) => {
    end += encoder.encodeInto(value, bytes.subarray(end)).written;
    valueOffsets[index + 1] = end;
  });
  return arrow.makeData({ type: new arrow.Utf8(), length: values.length, nullCount: 0, valueOffsets, data: bytes.subarray(0, end) });
}

function vectorData({ arrow }: Native, vectors: readonly (Float32Array | null)[], dimension: number): Data {
  const halves = new Uint16Array(vectors.length * dimension);
  const nullBitmap = new Uint8Array((vectors.length + 7) >> 3);
  let nullCount = 0;
  vectors.forEach((vector, index) => {
    if (vector === null) {
      nullCount++;
      return;
    }
    if (vector.length !== dimension) throw new RangeError(`A vector has ${vector.length} components; this index holds ${dimension}.`);
    nullBitmap[index >> 3] = (nullBitmap[index >> 3] ?? 0) | (1 << (index & 7));
    writeHalves(vector, halves, index * dimension);
  });
  const child = arrow.makeData({ type: new arrow.Float16(), length: halves.length, nullCount: 0, data: halves });
  const type = new arrow.FixedSizeList(dimension, new arrow.Field('item', new arrow.Float16(), true));
  return arrow.makeData({ type, length: vectors.length, nullCount, nullBitmap, child });
}

/** Rows as one Arrow record batch, built column by column. Throws a `RangeError` for a vector of another dimension. */
export function encodeRows<Row>(native: Native, columns: readonly Column<Row>[], rows: readonly Row[], dimension: number): Table {
  const { arrow } = native;
  const length = rows.length;
  const children = columns.map(({ type, of }): Data => {
    if (type === 'text')
      return textData(
        native,
        rows.map((row) => String(of(row))),
      );
    if (type === 'vector')
      return vectorData(
        native,
        rows.map((row) => of(row) as Float32Array | null),
        dimension,
      );
    const numbers = rows.map((row) => Number(of(row)));
    if (type === 'int') return arrow.makeData({ type: new arrow.Int32(), length, nullCount: 0, data: Int32Array.from(numbers) });
    return arrow.makeData({ type: new arrow.Float64(), length, nullCount: 0, data: Float64Array.from(numbers) });
  });
  const schema = arrowSchema(native, columns, dimension);
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
}

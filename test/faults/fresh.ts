import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { CloseFolder, OpenFolder, WaitForIndex } from '../../src/protocol/engine.ts';
import { openTables, type Tables } from '../../src/store/tables.ts';
import { generationOf } from './compare.ts';

const DIST = join(import.meta.dirname, '../../dist');
const SHOWN = 12;
/** How often a file was tried, and the sentence about it, depend on how the index came to be. */
const HISTORY = new Set(['attempts', 'error']);

/** Everything that an index says of a folder, as text by key, so that two can be compared. */
export type Rows = ReadonlyMap<string, string>;

/** An engine that builds a new index of a folder each time it is asked. */
export interface FreshIndexer {
  rowsOf(folder: string): Promise<Rows>;
  stop(): Promise<void>;
}

export function freshIndexer(home: string): FreshIndexer {
  const client: EngineClient = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false },
  });
  return {
    async rowsOf(folder) {
      const indexDir = await mkdtemp(join(home, 'fresh-'));
      await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
      await client.request(WaitForIndex, { folder });
      await client.request(CloseFolder, { folder });
      const rows = await readRows(indexDir);
      await rm(indexDir, { recursive: true, force: true });
      return rows;
    },
    stop: () => client.stop(),
  };
}

/** Reads every row of the index in `indexDir`: of each chunk, and of each file that is indexed or failed. */
export async function readRows(indexDir: string): Promise<Rows> {
  const { fingerprint, dimension } = await generationOf(indexDir);
  const tables = await openTables(indexDir, fingerprint, dimension, false);
  try {
    return new Map([...(await rowsIn(tables.chunks.read, 'id')), ...(await rowsIn(tables.files.read, 'path'))]);
  } finally {
    tables.close();
  }
}

async function rowsIn(table: Tables['chunks']['read'], key: string): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  for (const row of (await table.query().toArray()) as Iterable<Readonly<Record<string, unknown>>>) {
    const { state } = row;
    // What is left out has no rows; whether a record says why depends on who asked.
    if (state === 'skipped') continue;
    const own = `${table.name.split('_', 1)[0]} ${String(row[key])}`;
    rows.set(rows.has(own) ? `${own} (twice)` : own, describe(row));
  }
  return rows;
}

function describe(row: Readonly<Record<string, unknown>>): string {
  const entries = Object.keys(row)
    .filter((column) => !HISTORY.has(column))
    .map((column) => [column, row[column]] as const);
  return JSON.stringify(entries, (_, value: unknown) => {
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'object' && value !== null && 'toArray' in value ? [...(value as unknown as Iterable<unknown>)] : value;
  });
}

/** What differs between an index and a fresh one of the same folder, as sentences. */
export function differences(now: Rows, fresh: Rows): readonly string[] {
  const found: string[] = [];
  for (const key of fresh.keys()) if (!now.has(key)) found.push(`missing: ${key}`);
  for (const [key, text] of now) {
    const wanted = fresh.get(key);
    if (wanted === undefined) found.push(`too much: ${key}`);
    else if (wanted !== text) found.push(`different: ${key}\n  is     ${different(text, wanted)}\n  should ${different(wanted, text)}`);
  }
  return found.length > SHOWN ? [...found.slice(0, SHOWN), `and ${found.length - SHOWN} more`] : found;
}

/** The columns of a row that another row has otherwise. */
function different(text: string, other: string): string {
  const others = new Map(JSON.parse(other) as [string, unknown][]);
  const columns = (JSON.parse(text) as [string, unknown][]).filter(
    ([name, value]) => JSON.stringify(others.get(name)) !== JSON.stringify(value),
  );
  return JSON.stringify(columns).slice(0, 300);
}

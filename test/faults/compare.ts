import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collect } from '../../src/store/collect.ts';
import { CHUNK_HIT_COLUMNS, chunkHits } from '../../src/store/decode.ts';
import { openStore } from '../../src/store/index.ts';
import { openTables } from '../../src/store/tables.ts';
import type { ChunkHit, IndexStore } from '../../src/store/types.ts';
import { faultsOf } from '../unit/chunkingChecks.ts';

const SHOWN = 12;

/** What the index on disk says it is. */
export async function generationOf(indexDir: string): Promise<{ readonly fingerprint: string; readonly dimension: number }> {
  return JSON.parse(await readFile(join(indexDir, 'index.json'), 'utf8'));
}

/** Opens the index as it lies on disk, for reading. */
export async function openIndex(indexDir: string): Promise<IndexStore> {
  return openStore({ dir: indexDir, ...(await generationOf(indexDir)), write: false });
}

/** Every chunk row by its file, in the order of the lines. */
async function rowsByFile(indexDir: string): Promise<ReadonlyMap<string, readonly ChunkHit[]>> {
  const { fingerprint, dimension } = await generationOf(indexDir);
  const tables = await openTables(indexDir, fingerprint, dimension, false);
  try {
    const rows = await collect(tables.chunks.read.query().select([...CHUNK_HIT_COLUMNS]), (batch) => chunkHits(batch, 'none'));
    const files = new Map<string, ChunkHit[]>();
    for (const row of rows) files.set(row.path, [...(files.get(row.path) ?? []), row]);
    for (const chunks of files.values()) chunks.sort((a, b) => a.startLine - b.startLine || a.part - b.part || a.endLine - b.endLine);
    return files;
  } finally {
    tables.close();
  }
}

/**
 * Compares every row with the disk: each file's chunks are exactly its lines, once, and there is no row of anything else. Throws an error
 * that names the first differences.
 */
export async function compareWithDisk(folder: string, indexDir: string, files: readonly string[]): Promise<void> {
  const faults: string[] = [];
  const store = await openIndex(indexDir);
  try {
    const ledger = new Map((await store.ledger()).map((entry) => [entry.path, entry]));
    const { rows, wrongPaths } = await store.compare();
    for (const path of wrongPaths) faults.push(`${path}: its rows are not those of the ledger`);
    const chunksOf = await rowsByFile(indexDir);
    let seen = 0;
    for (const path of files) {
      const entry = ledger.get(path);
      const text = readFileSync(join(folder, path), 'utf8');
      if (text.trim() === '') {
        if (entry !== undefined && entry.chunks > 0) faults.push(`${path}: is empty and has chunks`);
        continue;
      }
      if (entry?.state !== 'indexed') faults.push(`${path}: is ${entry === undefined ? 'missing' : `${entry.state} (${entry.error})`}`);
      const chunks = chunksOf.get(path) ?? [];
      seen += chunks.length;
      faults.push(...faultsOfRows(path, text, chunks));
    }
    const known = new Set(files);
    for (const path of ledger.keys()) if (!known.has(path)) faults.push(`${path}: is in the index and not on disk`);
    if (seen !== rows) faults.push(`${rows} rows stand in the table, ${seen} belong to files`);
    const found = await store.searchChunksByText('export', 10_000);
    const twice = found.length - new Set(found.map(({ path, startLine, part }) => `${path}:${startLine}:${part}`)).size;
    if (twice > 0) faults.push(`${twice} rows are found twice`);
  } finally {
    await store.close();
  }
  if (faults.length > 0) throw new Error(`${faults.length} differences from the disk:\n${faults.slice(0, SHOWN).join('\n')}`);
}

function faultsOfRows(path: string, text: string, rows: readonly ChunkHit[]): readonly string[] {
  const chunks = rows.map((row) => ({ ...row, doc: '', names: row.names.split(' ').filter((name) => name !== '') }));
  const faults = faultsOf(text, chunks).map((fault) => `${path}: ${fault}`);
  return rows.some(({ vector }) => vector === null) ? [...faults, `${path}: has rows without vectors`] : faults;
}

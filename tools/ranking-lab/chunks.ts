import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Chunk } from '../../src/core/chunk.ts';
import type { LabSet } from './sets.ts';

/** A file of a corpus with its chunks. */
export interface LabFile {
  readonly path: string;
  readonly chunks: readonly Chunk[];
}

/** The chunks of a file, or null when the product would not index it. */
export type ChunkFile = (path: string, bytes: Uint8Array) => Promise<readonly Chunk[] | null>;

const SKIPPED_FOLDERS = new Set(['.git', 'node_modules', '__pycache__', 'dist', 'build', 'target']);
const LARGEST_FILE = 1_000_000;

function* filesBelow(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) yield* filesBelow(path);
    else if (entry.isFile() && statSync(path).size <= LARGEST_FILE) yield path;
  }
}

function bare(line: string): string {
  return line.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** The chunk without its doc comment: every line of the text that is a line of the doc is emptied. */
function withoutDoc(chunk: Chunk): Chunk {
  if (chunk.doc === '') return chunk;
  const doc = new Set(chunk.doc.split('\n').map(bare));
  doc.delete('');
  const lines = chunk.text.split('\n').map((line) => (doc.has(bare(line)) ? '' : line));
  return { ...chunk, doc: '', text: lines.join('\n') };
}

async function chunkFolder(folder: string, chunkFile: ChunkFile): Promise<LabFile[]> {
  const files: LabFile[] = [];
  for (const file of filesBelow(folder)) {
    const path = relative(folder, file);
    const chunks = await chunkFile(path, readFileSync(file));
    if (chunks !== null && chunks.length > 0) files.push({ path, chunks });
  }
  return files;
}

/** The chunks of a set's corpus; those of a folder are kept in `cache`, one file a corpus. */
export async function loadChunks(set: LabSet, checkouts: string, cache: string, chunkFile: ChunkFile): Promise<LabFile[]> {
  if (set.functions !== undefined) {
    return set.functions.map(({ path, symbol, doc, text }) => {
      const endLine = text.split('\n').length;
      return { path, chunks: [{ symbol, kind: 'function', startLine: 1, endLine, part: 0, doc, names: [], text }] };
    });
  }
  const folder = set.folder ?? '';
  const file = join(cache, `${folder.replaceAll('/', '_')}.json`);
  let files: LabFile[];
  if (existsSync(file)) files = JSON.parse(readFileSync(file, 'utf8')) as LabFile[];
  else {
    files = await chunkFolder(join(checkouts, folder), chunkFile);
    mkdirSync(cache, { recursive: true });
    writeFileSync(file, JSON.stringify(files));
  }
  files = files.filter(({ path }) => set.keeps(path));
  return set.withoutDocs ? files.map(({ path, chunks }) => ({ path, chunks: chunks.map(withoutDoc) })) : files;
}

import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Vectors of one embedder in append-only files, shared by every process and workspace. */
export interface EmbeddingFiles {
  /** The halves of a vector, or undefined when it is not there. `key` has 16 latin-1 characters. */
  read(key: string): Promise<Uint16Array | undefined>;
  /** Keeps vectors, one `Uint16Array` of halves a key. */
  append(entries: readonly { readonly key: string; readonly halves: Uint16Array }[]): Promise<void>;
  close(): Promise<void>;
}

export const KEY_BYTES = 16;
const SUFFIX = '.vectors';
/** A process goes on in a new file after this many bytes; whole files are dropped when all together are too many. */
const FILE_BYTES = 16_000_000;
const READ_BYTES = 4_000_000;

interface VectorFile {
  readonly path: string;
  readonly handle: FileHandle;
  used: boolean;
}

/**
 * `folder` holds the files of one embedder, beside those of others below `root`, which together take `limitBytes` at most: the files
 * that were used longest ago go first. A file is a row of records (key, halves), so that a torn end is nothing but a record less.
 */
export async function openEmbeddingFiles(
  root: string,
  folder: string,
  dimension: number,
  limitBytes: number,
  fileBytes = FILE_BYTES,
): Promise<EmbeddingFiles> {
  const recordBytes = KEY_BYTES + 2 * dimension;
  const places = new Map<string, { readonly file: VectorFile; readonly at: number }>();
  const files: VectorFile[] = [];
  let own: VectorFile | undefined;
  let ownBytes = 0;
  /** Writes go one after the other. */
  let last: Promise<unknown> = Promise.resolve();

  async function load(path: string): Promise<void> {
    const handle = await open(path, 'r');
    const file: VectorFile = { path, handle, used: false };
    files.push(file);
    const { size } = await handle.stat();
    const step = Math.max(1, Math.floor(READ_BYTES / recordBytes)) * recordBytes;
    const buffer = Buffer.alloc(Math.min(step, size));
    for (let from = 0; from + recordBytes <= size; from += step) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      for (let at = 0; at + recordBytes <= bytesRead; at += recordBytes) {
        places.set(buffer.toString('latin1', at, at + KEY_BYTES), { file, at: from + at });
      }
    }
  }

  /** Files are the newer the later they were used; a file in use by another process may refuse to go, and goes another time. */
  async function makeRoom(): Promise<void> {
    const found = await filesBelow(root);
    let bytes = found.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of found.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= limitBytes) break;
      if (path === own?.path) continue;
      await rm(path, { force: true }).catch(() => undefined);
      bytes -= size;
    }
  }

  async function fileToWrite(): Promise<VectorFile> {
    if (own !== undefined && ownBytes < fileBytes) return own;
    const path = join(folder, `${Date.now()}-${randomUUID()}${SUFFIX}`);
    own = { path, handle: await open(path, 'ax+'), used: true };
    ownBytes = 0;
    files.push(own);
    await makeRoom();
    return own;
  }

  async function write(entries: readonly { readonly key: string; readonly halves: Uint16Array }[]): Promise<void> {
    if (entries.length === 0) return;
    const file = await fileToWrite();
    const bytes = Buffer.alloc(entries.length * recordBytes);
    entries.forEach(({ key, halves }, row) => {
      bytes.write(key, row * recordBytes, KEY_BYTES, 'latin1');
      Buffer.from(halves.buffer, halves.byteOffset, halves.byteLength).copy(bytes, row * recordBytes + KEY_BYTES);
    });
    try {
      await file.handle.appendFile(bytes);
    } catch (error) {
      // It may end in half a record: the next ones go to another file.
      own = undefined;
      throw error;
    }
    entries.forEach(({ key }, row) => {
      places.set(key, { file, at: ownBytes + row * recordBytes });
    });
    ownBytes += bytes.length;
  }

  await mkdir(folder, { recursive: true });
  await makeRoom();
  const names = await readdir(folder);
  for (const name of names.filter((one) => one.endsWith(SUFFIX)).sort()) await load(join(folder, name));

  return {
    async read(key) {
      const place = places.get(key);
      if (place === undefined) return undefined;
      const { file, at } = place;
      const record = Buffer.alloc(recordBytes);
      const { bytesRead } = await file.handle.read(record, 0, recordBytes, at);
      if (bytesRead < recordBytes || record.toString('latin1', 0, KEY_BYTES) !== key) return undefined;
      if (!file.used) {
        file.used = true;
        const now = new Date();
        // Another process may have dropped it meanwhile; what is open can still be read.
        await utimes(file.path, now, now).catch(() => undefined);
      }
      return new Uint16Array(record.buffer.slice(record.byteOffset + KEY_BYTES, record.byteOffset + recordBytes));
    },
    append: (entries) => {
      const writing = last.then(() => write(entries));
      last = writing.catch(() => undefined);
      return writing;
    },
    async close() {
      places.clear();
      for (const { handle } of files.splice(0)) await handle.close();
    },
  };
}

async function filesBelow(root: string): Promise<{ path: string; size: number; mtimeMs: number }[]> {
  const found: { path: string; size: number; mtimeMs: number }[] = [];
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(SUFFIX)) continue;
    const path = join(entry.parentPath, entry.name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined) found.push({ path, size: stats.size, mtimeMs: stats.mtimeMs });
  }
  return found;
}

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromDisk } from './errors.ts';

/** What has arrived of a file: `<file>.part`, with what it is a part of in `<file>.part.json`. */
export interface PartFile {
  readonly bytes: number;
  readonly hash: Hash;
  /** Adds to the end, and to the hash. */
  write(chunk: Uint8Array): Promise<void>;
  /** Starts anew. */
  clear(): Promise<void>;
  /** Notes what the server calls this version, so that a later attempt can ask for the rest of just it. */
  remember(origin: PartOrigin): Promise<void>;
  readonly origin: PartOrigin | undefined;
  close(): Promise<void>;
  /** Writes through to the disk and puts the file in its place. The part is closed then. */
  finish(): Promise<void>;
  /** Closes and deletes. */
  discard(): Promise<void>;
}

export interface PartOrigin {
  readonly url: string;
  /** Strong validator; empty where the server gives none. */
  readonly etag: string;
}

/** Opens the part of `file`, reading what is there through the hash. Throws `NetworkError` when the disk does not let it. */
export async function openPart(file: string): Promise<PartFile> {
  const folder = dirname(file);
  const part = `${file}.part`;
  const note = `${part}.json`;
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw fromDisk(error, folder);
    }
  };
  const handle = await guarded(() => open(part, 'a'));
  let hash = createHash('sha256');
  let bytes = 0;
  let origin = await readOrigin(note);
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  await guarded(async () => {
    if ((await stat(part)).size === 0) return;
    for await (const chunk of createReadStream(part)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return {
    get bytes() {
      return bytes;
    },
    get hash() {
      return hash;
    },
    get origin() {
      return origin;
    },
    write: (chunk) =>
      guarded(async () => {
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
        hash.update(chunk);
        bytes += chunk.length;
      }),
    clear: () =>
      guarded(async () => {
        await handle.truncate(0);
        hash = createHash('sha256');
        bytes = 0;
      }),
    remember: (next) =>
      guarded(async () => {
        origin = next;
        await writeFile(note, JSON.stringify(next));
      }),
    close,
    finish: () =>
      guarded(async () => {
        await handle.sync();
        await close();
        await rename(part, file);
        await rm(note, { force: true });
      }),
    discard: () =>
      guarded(async () => {
        await close();
        await rm(part, { force: true });
        await rm(note, { force: true });
      }),
  };
}

async function readOrigin(note: string): Promise<PartOrigin | undefined> {
  try {
    const { url, etag } = JSON.parse(await readFile(note, 'utf8')) as Partial<PartOrigin>;
    return typeof url === 'string' && typeof etag === 'string' ? { url, etag } : undefined;
  } catch {
    // No note, or a damaged one: the part is then of nothing known and is started anew.
    return undefined;
  }
}

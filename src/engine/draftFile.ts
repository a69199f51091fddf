import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chunker } from '../chunking/chunker.ts';
import { chunkEmbeddingText, chunkTokens, fileSkeleton, fileTokens } from '../core/documents.ts';
import { languageOfPath } from '../core/languages.ts';
import { inspectContent } from '../files/content.ts';
import type { ChunkDraft, FileDraft, FileToChunk } from './workerProtocol.ts';

interface Content {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Reads one file and cuts it into chunks. Never throws: whatever goes wrong is the draft's state. */
export async function draftFile(chunker: Chunker, folder: string, file: FileToChunk, maxFileBytes: number): Promise<FileDraft> {
  const { path } = file;
  try {
    const content = await readFile(join(folder, path), maxFileBytes);
    if (content === undefined) return { path, state: 'gone' };
    const { bytes, size, mtimeMs } = content;
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const seen = { path, size, mtimeMs, hash };
    if (size > maxFileBytes) {
      return { ...seen, state: 'skipped', reason: 'too-large', detail: `${size} bytes, the limit is ${maxFileBytes}` };
    }
    const inspected = inspectContent(path, bytes, file.asked);
    // The same content may be judged otherwise when a rule changed.
    if (hash === file.knownHash && file.knownSkip === ('reason' in inspected ? inspected.reason : ''))
      return { ...seen, state: 'unchanged' };
    if ('reason' in inspected) return { ...seen, state: 'skipped', reason: inspected.reason, detail: inspected.detail ?? '' };
    const chunks = await draftChunks(chunker, path, inspected.text);
    const plain = chunks.map((draft) => draft.chunk);
    return {
      ...seen,
      state: 'indexed',
      language: languageOfPath(path),
      chunks,
      tokens: fileTokens(plain, path),
      skeleton: fileSkeleton(plain, path),
    };
  } catch (error) {
    return { path, state: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** The chunks of a text with everything that is derived from them. */
export async function draftChunks(chunker: Chunker, path: string, text: string): Promise<readonly ChunkDraft[]> {
  const chunks = await chunker.chunk(path, text, languageOfPath(path));
  return chunks.map((chunk) => ({ chunk, tokens: chunkTokens(chunk, path), embeddingText: chunkEmbeddingText(chunk, path) }));
}

/** Undefined when the file is gone or is no plain file any more; no symbolic link is followed at the last step. */
async function readFile(path: string, maxFileBytes: number): Promise<Content | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return undefined;
    throw error;
  }
  try {
    const { size, mtimeMs, isFile } = await handle
      .stat()
      .then((stat) => ({ size: stat.size, mtimeMs: stat.mtimeMs, isFile: stat.isFile() }));
    if (!isFile) return undefined;
    const bytes = size > maxFileBytes ? new Uint8Array() : await handle.readFile();
    return { bytes, size: Math.max(size, bytes.length), mtimeMs };
  } finally {
    await handle.close();
  }
}

import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chunker } from '../chunking/chunker.ts';
import { fileSkeleton, fileTokens } from '../core/documents.ts';
import { languageOf } from '../core/languages.ts';
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
    const content = readFile(join(folder, path), maxFileBytes);
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
    const { chunks, tokens } = await draftChunks(chunker, path, inspected.text);
    const plain = chunks.map((draft) => draft.chunk);
    return { ...seen, state: 'indexed', language: languageOf(path, inspected.text), chunks, tokens, skeleton: fileSkeleton(plain, path) };
  } catch (error) {
    return { path, state: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

/** The chunks of a text, and the tokens of each and of the whole. */
export async function draftChunks(
  chunker: Chunker,
  path: string,
  text: string,
): Promise<{ readonly chunks: readonly ChunkDraft[]; readonly tokens: string }> {
  const chunks = await chunker.chunk(path, text, languageOf(path, text));
  const tokens = fileTokens(chunks, path);
  return { chunks: chunks.map((chunk, at) => ({ chunk, tokens: tokens.chunks[at] ?? '' })), tokens: tokens.file };
}

/**
 * Undefined when the file is gone or is no plain file any more; no symbolic link is followed at the last step. Synchronous, because it
 * runs on a thread of its own, where waiting costs nothing and each asynchronous step does.
 */
function readFile(path: string, maxFileBytes: number): Content | undefined {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) return undefined;
    const bytes = stats.size > maxFileBytes ? new Uint8Array() : readFileSync(handle);
    return { bytes, size: Math.max(stats.size, bytes.length), mtimeMs: stats.mtimeMs };
  } finally {
    closeSync(handle);
  }
}

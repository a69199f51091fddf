import { createChunker } from '../../src/chunking/chunker.ts';
import { languageOf } from '../../src/core/languages.ts';
import { skipByName } from '../../src/files/classify.ts';
import { inspectContent } from '../../src/files/content.ts';
import type { ChunkFile } from './chunks.ts';

/** Cuts files as the product does, and leaves out what it would not index. `grammars` is a folder with the grammar files. */
export async function productChunker(grammars: string): Promise<ChunkFile> {
  const chunker = await createChunker({ grammarDir: grammars });
  return async (path, bytes) => {
    if (skipByName(path) !== undefined) return null;
    const inspected = inspectContent(path, bytes);
    return 'reason' in inspected ? null : chunker.chunk(path, inspected.text, languageOf(path, inspected.text));
  };
}

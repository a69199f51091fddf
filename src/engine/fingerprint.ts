import { createHash } from 'node:crypto';
import { CHUNKER_VERSION } from '../chunking/version.ts';
import { DOCUMENTS_VERSION } from '../core/documents.ts';
import type { EmbedderInfo } from '../core/embedder.ts';

/** Names an embedder with everything that decides about its vectors; empty without one. */
export function embedderKey(embedder: EmbedderInfo | undefined): string {
  return embedder === undefined ? '' : `${embedder.id} ${embedder.revision} ${embedder.dtype} ${embedder.dimension}`;
}

/** Everything that decides what stands in an index. Another fingerprint is another generation. */
export function indexFingerprint(embedder: EmbedderInfo | undefined): string {
  const parts = [
    `chunker ${CHUNKER_VERSION}`,
    `documents ${DOCUMENTS_VERSION}`,
    embedder === undefined ? 'no embedder' : `embedder ${embedderKey(embedder)}`,
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

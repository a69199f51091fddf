import { isDefinition } from '../core/chunk.ts';
import { chunkEmbeddingText, fileVector } from '../core/documents.ts';
import type { ChunkRow, FileUpdate, LedgerEntry } from '../store/types.ts';
import type { FileDraft } from './workerProtocol.ts';

type IndexedDraft = Extract<FileDraft, { state: 'indexed' }>;

const NO_CONTENT = { language: '', tokens: '', skeleton: '', vector: null, skeletonVector: null } as const;

/** The texts of a draft that need vectors, in the order that `toUpdate` expects them: each chunk, then the skeleton. */
export function textsToEmbed(draft: FileDraft): readonly string[] {
  return draft.state === 'indexed' ? [...draft.chunks.map(({ chunk }) => chunkEmbeddingText(chunk, draft.path)), draft.skeleton] : [];
}

/** The rows of an indexed file. `vectors` holds one row a text of `textsToEmbed`, or is null without an embedder. */
export function toUpdate(draft: IndexedDraft, vectors: readonly Float32Array[] | null): FileUpdate {
  const chunks = draft.chunks.map(
    ({ chunk, tokens }, ordinal): ChunkRow => ({
      id: `${draft.path}#${draft.hash.slice(0, 12)}#${ordinal}`,
      path: draft.path,
      language: draft.language,
      kind: chunk.kind,
      symbol: chunk.symbol,
      name: isDefinition(chunk.kind) && chunk.part === 0 ? lastPart(chunk.symbol) : '',
      names: chunk.names.join(' '),
      startLine: chunk.startLine,
      endLine: chunk.endLine,
      part: chunk.part,
      doc: chunk.doc,
      text: chunk.text,
      tokens,
      fileHash: draft.hash,
      vector: vectors?.[ordinal] ?? null,
    }),
  );
  const plain = draft.chunks.map(({ chunk }) => chunk);
  return {
    file: {
      path: draft.path,
      size: draft.size,
      mtimeMs: draft.mtimeMs,
      hash: draft.hash,
      chunks: chunks.length,
      state: 'indexed',
      skipReason: '',
      error: '',
      attempts: 0,
      language: draft.language,
      tokens: draft.tokens,
      skeleton: draft.skeleton,
      vector: vectors === null ? null : fileVector(plain, vectors.slice(0, chunks.length)),
      skeletonVector: vectors?.[chunks.length] ?? null,
    },
    chunks,
  };
}

/** The record of a file that has no chunks: skipped for what is in it, or failed. */
export function emptyUpdate(entry: LedgerEntry): FileUpdate {
  return { file: { ...entry, ...NO_CONTENT }, chunks: [] };
}

function lastPart(symbol: string): string {
  return symbol.split(/::|[.#/\\]/).at(-1) ?? symbol;
}

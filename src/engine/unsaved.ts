import { fileSkeleton, fileTokens } from '../core/documents.ts';
import { languageOf, languageOfPath } from '../core/languages.ts';
import type { Candidate, FileCandidate } from '../core/ranking/types.ts';
import { passes } from '../store/index.ts';
import type { RowFilter } from '../store/types.ts';
import type { CandidatePool } from './candidates.ts';
import { textsToEmbed, toUpdate } from './fileUpdate.ts';
import { embedderKey } from './fingerprint.ts';
import type { EngineServices } from './services.ts';

/** The texts of one folder that were changed in editors and are not saved: searched in place of the files, and kept in memory only. */
export interface UnsavedFiles {
  /** Takes a text for the file's, or null for the file on disk. Settles when searches know it; of several calls the last one counts. */
  set(path: string, text: string | null, services: EngineServices): Promise<void>;
  has(path: string): boolean;
  /** The rows of a search with those of changed files in place of their indexed ones; `embedder` is the key of what made the others' vectors. */
  over(pool: CandidatePool, filter: RowFilter, embedder: string): CandidatePool;
}

interface UnsavedFile {
  /** What made the vectors. */
  readonly embedder: string;
  readonly file: FileCandidate;
  readonly rows: readonly Candidate[];
}

export function createUnsavedFiles(): UnsavedFiles {
  const files = new Map<string, UnsavedFile>();
  const latest = new Map<string, string | null>();
  return {
    async set(path, text, services) {
      latest.set(path, text);
      const made = text === null || text.trim() === '' ? null : await chunked(path, text, services);
      if (latest.get(path) !== text) return;
      if (text === null) {
        latest.delete(path);
        files.delete(path);
      } else files.set(path, made ?? { embedder: '', file: emptyFile(path), rows: [] });
    },
    has: (path) => files.has(path),
    over(pool, filter, embedder) {
      if (files.size === 0) return pool;
      const comparable = [...files.values()].map((file) => (file.embedder === embedder ? file : withoutVectors(file)));
      const unsaved = comparable.filter(({ file }) => passes(filter, { ...file, kind: undefined }));
      const rows = unsaved.flatMap((file) => file.rows.filter((row) => passes(filter, row)));
      return {
        candidates: [...pool.candidates.filter(({ path }) => !files.has(path)), ...rows],
        files: [...pool.files.filter(({ path }) => !files.has(path)), ...unsaved.map(({ file }) => file)],
      };
    },
  };
}

async function chunked(path: string, text: string, services: EngineServices): Promise<UnsavedFile> {
  const chunks = await services.chunkText(path, text);
  const plain = chunks.map(({ chunk }) => chunk);
  const language = languageOf(path, text);
  const about = { path, size: text.length, mtimeMs: 0, hash: 'unsaved', language, chunks };
  const draft = { ...about, state: 'indexed', tokens: fileTokens(plain, path).file, skeleton: fileSkeleton(plain, path) } as const;
  const { embedder } = services;
  const texts = textsToEmbed(draft);
  const vectors = embedder === undefined ? null : await embedder.embed(texts, 'document');
  const dimension = embedder?.info.dimension ?? 0;
  const own = vectors && texts.map((_, at) => vectors.subarray(at * dimension, (at + 1) * dimension));
  const update = toUpdate(draft, own);
  const { vector, skeletonVector } = update.file;
  return {
    embedder: embedderKey(embedder?.info),
    file: { path, language, chunks: chunks.length, vector, skeletonVector, keywordScore: 0 },
    rows: update.chunks.map(({ fileHash: _, doc: __, ...row }) => ({ ...row, keywordScore: 0 })),
  };
}

/** Vectors of different models do not compare: such a file is found by its words. */
function withoutVectors({ embedder, file, rows }: UnsavedFile): UnsavedFile {
  return { embedder, file: { ...file, vector: null, skeletonVector: null }, rows: rows.map((row) => ({ ...row, vector: null })) };
}

function emptyFile(path: string): FileCandidate {
  return { path, language: languageOfPath(path), chunks: 0, vector: null, skeletonVector: null, keywordScore: 0 };
}

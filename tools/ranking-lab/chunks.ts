import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFolder } from '../../src/cli/eval/corpus.ts';
import type { EvalSet } from '../../src/cli/eval/types.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { scanFolder } from '../../src/files/scan.ts';

/** A file of a corpus with its chunks. */
export interface LabFile {
  readonly path: string;
  readonly chunks: readonly Chunk[];
}

export interface LabCorpus {
  /** What comes before the paths of the files in the targets of the questions. */
  readonly prefix: string;
  readonly files: readonly LabFile[];
}

/** The chunks of a file, or null when the product would not index it. */
export type ChunkFile = (path: string, bytes: Uint8Array) => Promise<readonly Chunk[] | null>;

/** The chunks of a set's corpus as `quarry eval` indexes it, kept in `cache`, one file a set; undefined without its work tree. */
export async function loadChunks(set: EvalSet, checkouts: string, cache: string, chunkFile: ChunkFile): Promise<LabCorpus | undefined> {
  const corpus = corpusFolder(set.corpus, checkouts, join(cache, 'corpora'));
  if (corpus === undefined) return undefined;
  const cached = join(cache, `${set.name}.json`);
  if (existsSync(cached)) return { prefix: corpus.prefix, files: JSON.parse(readFileSync(cached, 'utf8')) as LabFile[] };
  const { include, exclude } = set.corpus.kind === 'folder' ? set.corpus : { include: [], exclude: [] };
  const scan = await scanFolder(corpus.folder, { ...DEFAULT_FILE_SETTINGS, include, exclude });
  const files: LabFile[] = [];
  for (const { path } of scan.files) {
    const chunks = await chunkFile(path, readFileSync(join(corpus.folder, path)));
    if (chunks !== null && chunks.length > 0) files.push({ path, chunks });
  }
  mkdirSync(cache, { recursive: true });
  writeFileSync(cached, JSON.stringify(files));
  return { prefix: corpus.prefix, files };
}

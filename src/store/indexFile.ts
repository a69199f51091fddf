import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from './errors.ts';
import { FORMAT } from './schema.ts';

/** How the vector index is asked, chosen by measuring when it was built. */
export interface VectorTuning {
  /** Vectors in the table when the index was built. */
  readonly rows: number;
  readonly partitions: number;
  readonly nprobes: number;
  readonly refineFactor: number;
  /** Share of the true ten nearest that this finds. */
  readonly recall: number;
}

/** `index.json`: what the folder holds. Its format number is the first thing that any version reads. */
export interface IndexFile {
  readonly format: number;
  readonly fingerprint: string;
  readonly dimension: number;
  /** ISO 8601. */
  readonly created: string;
  readonly vectors?: VectorTuning;
}

export type IndexFileState =
  | { readonly state: 'missing' | 'damaged' | 'newer-format' | 'older-format'; readonly detail: string }
  | { readonly state: 'read'; readonly file: IndexFile };

const NAME = 'index.json';

export async function readIndexFile(dir: string): Promise<IndexFileState> {
  let text: string;
  try {
    text = await readFile(join(dir, NAME), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing', detail: 'there is no index yet' };
    return { state: 'damaged', detail: `${NAME} cannot be read (${code})` };
  }
  const value = parsed(text);
  if (value === null) return { state: 'damaged', detail: `${NAME} is not what this version writes` };
  if (value.format > FORMAT) return { state: 'newer-format', detail: `format ${value.format}; this version reads up to ${FORMAT}` };
  if (value.format < FORMAT) return { state: 'older-format', detail: `format ${value.format}; this version writes ${FORMAT}` };
  if (typeof value.fingerprint !== 'string' || typeof value.dimension !== 'number') {
    return { state: 'damaged', detail: `${NAME} is incomplete` };
  }
  return { state: 'read', file: value as IndexFile };
}

function parsed(text: string): (Partial<IndexFile> & { readonly format: number }) | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' &&
      value !== null &&
      'format' in value &&
      typeof value.format === 'number' &&
      Number.isInteger(value.format)
      ? { ...value, format: value.format }
      : null;
  } catch {
    // Not JSON: the caller says damaged.
    return null;
  }
}

/** Replaces `index.json` in one step: a reader sees the old one or the new one. */
export async function writeIndexFile(dir: string, file: IndexFile): Promise<void> {
  const draft = join(dir, `${NAME}.${process.pid}`);
  try {
    await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`);
    await rename(draft, join(dir, NAME));
  } catch (error) {
    throw writeError(error);
  }
}

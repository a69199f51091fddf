import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeError } from './errors.ts';
import { FORMAT } from './schema.ts';
import type { VectorTuning } from './upkeepPort.ts';

/** What `index.json` says of one generation. */
export interface GenerationRecord {
  readonly fingerprint: string;
  readonly dimension: number;
  /** Which embedder made its vectors, in the caller's words; empty for none. */
  readonly embedder: string;
  /** ISO 8601. */
  readonly created: string;
  /** Whether it has held every file of the folder at some time: only then may it take the place of another one. */
  readonly complete: boolean;
  readonly vectors?: VectorTuning | undefined;
}

/**
 * `index.json`: what the folder holds. Its format number is the first thing that any version reads. The generation in use stands at the
 * top, the one before it, while it is kept, under `older`: a swap of the two is one rename of this file.
 */
export interface IndexFile extends GenerationRecord {
  readonly format: number;
  readonly older?: GenerationRecord;
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
  const { older, embedder = '', complete = false, ...rest } = value;
  return { state: 'read', file: { ...(rest as IndexFile), embedder, complete, ...(isRecord(older) ? { older } : {}) } };
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

function isRecord(value: unknown): value is GenerationRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fingerprint' in value &&
    typeof value.fingerprint === 'string' &&
    'dimension' in value &&
    typeof value.dimension === 'number'
  );
}

/** The generations that `index.json` names, the one in use first. */
export function recordsOf({ format: _, older, ...current }: IndexFile): readonly GenerationRecord[] {
  return older === undefined ? [current] : [current, older];
}

let lastChange: Promise<unknown> = Promise.resolve();

/**
 * Changes `index.json` after all changes before it: both generations may be open for writing in this process, and no other process
 * writes. Nothing is written when `change` returns undefined or there is no file.
 */
export function changeIndexFile(dir: string, change: (file: IndexFile) => IndexFile | undefined): Promise<void> {
  const result = lastChange.then(async () => {
    const found = await readIndexFile(dir);
    const next = found.state === 'read' ? change(found.file) : undefined;
    if (next !== undefined) await writeIndexFile(dir, next);
  });
  lastChange = result.catch(() => {
    // The caller of that change has its error; the next one does not care.
  });
  return result;
}

/** Changes what is said of one generation. */
export function changeGeneration(dir: string, fingerprint: string, changes: Partial<GenerationRecord>): Promise<void> {
  return changeIndexFile(dir, (file) => {
    if (file.fingerprint === fingerprint) return { ...file, ...changes };
    return file.older?.fingerprint === fingerprint ? { ...file, older: { ...file.older, ...changes } } : undefined;
  });
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

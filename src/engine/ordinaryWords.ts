import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLED_FILE } from '../models/bundled.ts';
import { commonWords } from '../models/staticEmbedderFile.ts';

/** Slips of the keys that many people make are words of the vocabulary too, but behind these. */
const ORDINARY = 10_000;
/** The words stand at the beginning of the file, the commonest first. */
const BEGINNING_BYTES = 200_000;

/**
 * The ordinary words of English and of programming: one that stands nowhere in a corpus is no slip of the keys all the same. Read at the first use; none where the
 * file cannot be read, which the embedder says in its own words.
 */
export function ordinaryWords(mediaDir: string): () => ReadonlySet<string> {
  let words: ReadonlySet<string> | undefined;
  return () => {
    words ??= new Set(read(join(mediaDir, 'models', BUNDLED_FILE)));
    return words;
  };
}

function read(path: string): readonly string[] {
  try {
    return commonWords(beginningOf(path), ORDINARY);
  } catch {
    return [];
  }
}

function beginningOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(BEGINNING_BYTES);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

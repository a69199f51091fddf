import { identifierParts, stem } from '../identifiers.ts';

const EXTENSION = /\.d\.[cm]?ts$|\.[^./]+$/;

/** The last part of a path without its extension (`.d.ts` counts as one): `src/http/routing.py` gives `routing`. */
export function fileStem(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(EXTENSION, '');
}

/** The words of a path as ranking compares them with a question: stemmed, without single letters. */
export interface PathWords {
  /** Of the file's own name. */
  readonly stem: readonly string[];
  /** Of the folder that the file is in. */
  readonly folder: readonly string[];
  /** The file's own name as one lower-case word of letters and digits. */
  readonly joined: string;
}

function stemmedParts(text: string): string[] {
  return [...new Set(identifierParts(text).map(stem))].filter((part) => part.length > 1);
}

/** Files that stand for their folder: people know `routing/mod.rs` as `routing`. */
const FOLDER_FILE = /(?:^|\/)(?:(?:mod|index|__init__|__main__|main|lib|package)(?:\.d)?\.[^./]+|init\.lua|root\.zig)$/;

/** The folder that a file lies in, without a slash at its end; empty at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folder that a file would stand for: its own for `routing/mod.rs`, the one beside it for `routing.rs`. */
export function standsFor(path: string): string {
  const stem = fileStem(path);
  const folder = folderOf(path);
  if (FOLDER_FILE.test(path)) return folder;
  return folder === '' ? stem : `${folder}/${stem}`;
}

export function pathWords(path: string): PathWords {
  const folders = path.split('/').slice(0, -1);
  const file = fileStem(path);
  const own = FOLDER_FILE.test(path) ? (folders.pop() ?? file) : file;
  const folder = folders.at(-1) ?? '';
  return { stem: stemmedParts(own), folder: stemmedParts(folder), joined: own.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') };
}

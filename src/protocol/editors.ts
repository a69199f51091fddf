import { RequestType } from 'vscode-jsonrpc';
import type { SearchHit } from './search.ts';

/** What the engine does for texts that stand in editors and not on the disk. */

export interface LocateParams {
  readonly path: string;
  /** The file as it is now. */
  readonly text: string;
  /** The hit whose lines no longer are what was indexed. */
  readonly hit: Pick<SearchHit, 'symbol' | 'kind' | 'startLine' | 'text'>;
}

export interface ShownParams {
  readonly folder: string;
  /** Relative, with `/`; none when nothing of it is open. */
  readonly paths: readonly string[];
}

export interface UnsavedParams {
  readonly folder: string;
  readonly path: string;
  /** Null when the file counts as it is on disk again. */
  readonly text: string | null;
}

/** Cuts a changed file anew and finds a hit again; null when it is gone. Lines are from 1, both inclusive. */
export const LocateHit = new RequestType<LocateParams, { readonly startLine: number; readonly endLine: number } | null, void>(
  'engine/locateHit',
);
/** Until it is told otherwise, searches take this text for the file's. Settles when they do. */
export const SetUnsaved = new RequestType<UnsavedParams, void, void>('engine/setUnsaved');
/** What a person has open in a folder now: of many files these are indexed first, and of many folders one with such files. */
export const ShowPaths = new RequestType<ShownParams, void, void>('engine/showPaths');
/** Somebody types now: indexing of many files waits for a moment, saved files do not. */
export const NoteTyping = new RequestType<Record<string, never>, void, void>('engine/typing');

import type { OpenParams } from '../protocol/engine.ts';
import type { FolderIndex } from './folderIndex.ts';

/** A folder that a face has opened, with how it asked for it. */
export interface OpenFolderState {
  readonly index: FolderIndex;
  readonly params: OpenParams;
}

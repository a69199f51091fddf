import { RequestType } from 'vscode-jsonrpc';
import type { SkippedFile } from '../core/files.ts';
import type { ChangeParams, FolderParams, IndexStatus } from './engine.ts';

/** What is checked, looked at and cleaned beside searching: the contract of `quarry doctor`, the health view and the clean-up. */

export type CheckState = 'ok' | 'warning' | 'problem';

export interface HealthCheck {
  /** Stable name, such as `store` or `self-test`. */
  readonly name: string;
  readonly state: CheckState;
  /** What was found, one sentence. */
  readonly finding: string;
  /** What the person can do, one sentence; empty when there is nothing to do. */
  readonly advice: string;
}

export interface FolderHealth {
  readonly status: IndexStatus;
  /** Indexed files by language, most frequent first; an empty language stands for text of no known one. */
  readonly languages: readonly { readonly language: string; readonly files: number }[];
  readonly skipped: readonly SkippedFile[];
  readonly failed: readonly { readonly path: string; readonly message: string; readonly attempts: number }[];
  readonly generations: readonly { readonly name: string; readonly bytes: number; readonly current: boolean }[];
  /** Installed beside the bundled one. */
  readonly models: readonly { readonly id: string; readonly bytes: number }[];
  /** Undefined while nobody writes the index. `own` is true when it is the engine that answers. */
  readonly writer?: { readonly pid: number; readonly alive: boolean; readonly own: boolean };
}

export interface CleanUpParams {
  /** Absolute paths of folders whose children are indexes: those of folders that are gone are removed. */
  readonly roots: readonly string[];
}

export interface CleanUpResult {
  readonly freedBytes: number;
  /** Folders (as they were) whose indexes were removed, because they are gone. */
  readonly orphans: readonly string[];
  /** Sentences about what could not be cleaned now. */
  readonly notes: readonly string[];
}

export const GetHealth = new RequestType<FolderParams, FolderHealth, void>('engine/health');
/** Looks at everything that can be wrong with an index; the order is the order to read them in. */
export const RunChecks = new RequestType<FolderParams, readonly HealthCheck[], void>('engine/runChecks');
/** Compacts the indexes of all open folders and removes what no version or folder needs any more. */
export const CleanUp = new RequestType<CleanUpParams, CleanUpResult, void>('engine/cleanUp');
/** Reads files again whose indexing failed, also those that were left out because the engine ended on them. */
export const RetryFiles = new RequestType<ChangeParams, void, void>('engine/retryFiles');
/** Closes the folder and removes its index. Nothing is built until the folder is opened again. */
export const WipeIndex = new RequestType<FolderParams, { readonly freedBytes: number }, void>('engine/wipe');

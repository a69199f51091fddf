import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { bytesText } from '../../core/sizeText.ts';
import { ListFiles } from '../../protocol/engine.ts';
import { CleanUp, RetryFiles } from '../../protocol/health.ts';
import type { Engine } from '../engine.ts';
import type { Folders } from '../folders/folders.ts';
import { counted } from '../sentence.ts';
import { indexRoots } from './indexRoots.ts';

/** Where Quarry keeps its files in this editor, as absolute paths. */
export interface Storage {
  /** Of the workspace: the indexes are in it. */
  readonly workspace: string;
  /** Of all workspaces. */
  readonly global: string;
}

/** Compacts the indexes, removes what no version and no folder needs any more, and says how many bytes that freed. */
export async function cleanUp(engine: Engine, storage: Storage): Promise<void> {
  const roots = await indexRoots(storage.workspace);
  const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: 'Quarry: cleaning up' }, () =>
    engine.request(CleanUp, { roots }),
  );
  const gone =
    result.orphans.length === 0 ? '' : ` ${counted(result.orphans.length, 'index', 'indexes')} of folders that are gone removed.`;
  void vscode.window.showInformationMessage([`${bytesText(result.freedBytes)} freed.${gone}`, ...result.notes].join(' '));
}

/** Asks, and then removes the indexes of this workspace and the models. Nothing is built again until the person asks. */
export async function wipe(folders: Folders, storage: Storage): Promise<void> {
  const yes = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    'Delete the search index of this workspace and all downloaded models?',
    { modal: true, detail: 'Your files are not touched. Nothing is indexed again until you choose "Quarry: Resume Indexing".' },
    yes,
  );
  if (answer !== yes) return;
  const freed = await folders.wipe();
  await fs.rm(path.join(storage.global, 'models'), { recursive: true, force: true });
  void vscode.window.showInformationMessage(`${bytesText(freed)} freed.`);
}

/** Tries files again whose indexing failed: one, those of one folder, or all. */
export async function retryFailed(engine: Engine, folders: Folders, row: unknown): Promise<void> {
  const { folder, path: only } = isRow(row) ? row : { folder: undefined, path: undefined };
  for (const { path: opened } of folders.list()) {
    if (folder !== undefined && folder !== opened) continue;
    const paths = only === undefined ? (await engine.request(ListFiles, { folder: opened })).failed.map((file) => file.path) : [only];
    if (paths.length > 0) await engine.request(RetryFiles, { folder: opened, paths });
  }
}

/** Commands are called with anything; a line of the health view has a folder and perhaps a path. */
function isRow(value: unknown): value is { readonly folder: string; readonly path?: string } {
  return typeof value === 'object' && value !== null && 'folder' in value && typeof value.folder === 'string';
}

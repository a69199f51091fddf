import * as vscode from 'vscode';
import { ShowPaths } from '../protocol/editors.ts';
import type { Engine } from './engine.ts';
import type { Folders } from './folders/folders.ts';
import { openPaths } from './folders/openPaths.ts';

/** Tells the engine which files stand in tabs, so that these and their folders are indexed first. */
export function followShownFiles(engine: Engine, folders: Folders): vscode.Disposable {
  const told = new Map<string, string>();
  const tell = (): void => {
    for (const { uri, path: folder } of folders.list()) {
      const paths = openPaths(uri);
      const text = paths.join('\n');
      if (told.get(folder) === text) continue;
      told.set(folder, text);
      // An engine that does not answer learns it with the next change.
      engine.request(ShowPaths, { folder, paths }).catch(() => told.delete(folder));
    }
  };
  return vscode.Disposable.from(
    vscode.window.tabGroups.onDidChangeTabs(tell),
    vscode.window.tabGroups.onDidChangeTabGroups(tell),
    vscode.window.onDidChangeActiveTextEditor(tell),
  );
}

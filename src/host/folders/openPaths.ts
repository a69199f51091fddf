import * as vscode from 'vscode';
import { relativePath } from './watchFolder.ts';

/** Paths (relative, `/`) of the files below `folder` that stand in an editor's tab; those in front first. */
export function openPaths(folder: vscode.Uri): readonly string[] {
  const tabs = vscode.window.tabGroups.all.flatMap(({ tabs: all }) => all).sort((a, b) => Number(b.isActive) - Number(a.isActive));
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? (relativePath(folder, input.uri) ?? []) : []));
}

import * as vscode from 'vscode';
import { relativePath } from './watchFolder.ts';

/**
 * Paths (relative, `/`) of the files below `folder` that stand in an editor's tab; those in front first. `which` leaves out the tabs that
 * only preview a file.
 */
export function openPaths(folder: vscode.Uri, which: 'all' | 'kept' = 'all'): readonly string[] {
  const shown = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ isPreview }) => which === 'all' || !isPreview);
  const tabs = shown.sort((a, b) => Number(b.isActive) - Number(a.isActive));
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? (relativePath(folder, input.uri) ?? []) : []));
}

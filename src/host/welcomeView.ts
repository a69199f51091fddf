import * as vscode from 'vscode';

/** The view that stands in the sidebar while no folder is open; its text comes from the manifest and needs an empty tree to show. */
export function registerWelcomeView(): vscode.Disposable {
  return vscode.window.registerTreeDataProvider<never>('quarry.welcome', {
    getChildren: () => [],
    getTreeItem: () => new vscode.TreeItem(''),
  });
}

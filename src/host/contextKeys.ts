import * as vscode from 'vscode';

/** Keys for `when` clauses of the manifest. */
export type ContextKey = 'quarry.paused' | 'quarry.quickPickOpen';

/** Sets a key for `when` clauses. */
export function setContext(key: ContextKey, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

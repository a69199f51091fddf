import os from 'node:os';
import * as vscode from 'vscode';
import { riskOf } from './riskyRoot.ts';

const INDEX = 'Index This Folder';
const NOT_NOW = 'Do Not Index';

/** Where the person's decision about a folder is kept. */
export function allowedKey(uri: vscode.Uri): string {
  return `quarry.allowed:${uri.toString()}`;
}

/**
 * Whether a folder may be indexed. For a whole drive or a home folder that is the person's decision: it is asked once, kept, and until
 * the answer comes the folder is only searched. `onAllowed` is called when the answer is yes.
 */
export async function mayIndex(folder: vscode.WorkspaceFolder, state: vscode.Memento, onAllowed: () => unknown): Promise<boolean> {
  const risk = riskOf(folder.uri.fsPath, { home: os.homedir(), platform: process.platform });
  if (risk === undefined) return true;
  const key = allowedKey(folder.uri);
  const answer = state.get<boolean>(key);
  if (answer !== undefined) return answer;
  void vscode.window
    .showInformationMessage(`Quarry has not indexed ${folder.uri.fsPath}, because ${risk}. Index it anyway?`, INDEX, NOT_NOW)
    .then(async (choice) => {
      if (choice === undefined) return;
      await state.update(key, choice === INDEX);
      if (choice === INDEX) onAllowed();
    });
  return false;
}

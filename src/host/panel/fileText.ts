import * as vscode from 'vscode';

/** The text of a file as it is in an editor, or on disk; null when there is none. */
export async function readFileText(uri: vscode.Uri): Promise<string | null> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) return open.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // Whatever the reason, the text is not there to go to.
    return null;
  }
}

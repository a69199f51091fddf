import * as vscode from 'vscode';
import type { SearchHit } from '../protocol/search.ts';
import type { Locate } from './locateHit.ts';

export interface OpenOptions {
  readonly toSide?: boolean;
  /** Leaves the focus where it is: in the panel or in the quick pick. */
  readonly keepFocus?: boolean;
}

/** A range higher than this is centred on its first line, or that would be out of sight. */
const CENTRED_LINES = 25;

/** The lines of a hit in a document as it is now; a file that became shorter gives what is left. */
export function rangeOf(document: vscode.TextDocument, hit: Pick<SearchHit, 'startLine' | 'endLine'>): vscode.Range {
  return document.validateRange(new vscode.Range(hit.startLine - 1, 0, hit.endLine - 1, Number.MAX_SAFE_INTEGER));
}

/** Scrolls a range into the middle. */
export function revealCentred(editor: vscode.TextEditor, range: vscode.Range): void {
  const lines = range.end.line - range.start.line + 1;
  editor.revealRange(lines > CENTRED_LINES ? new vscode.Range(range.start, range.start) : range, vscode.TextEditorRevealType.InCenter);
}

/**
 * Goes to a hit for good: its lines, as the file is now, selected and centred, the cursor where the definition starts. Throws one sentence for a person
 * when the file is gone.
 */
export async function openHit(uri: vscode.Uri, hit: SearchHit, locate: Locate, options: OpenOptions = {}): Promise<vscode.TextEditor> {
  const document = await openDocument(uri, hit.path);
  const range = rangeOf(document, await locate(document, hit));
  const editor = await vscode.window.showTextDocument(document, {
    preview: false,
    preserveFocus: options.keepFocus === true,
    viewColumn: options.toSide === true ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
  });
  editor.selection = new vscode.Selection(range.end, range.start);
  revealCentred(editor, range);
  return editor;
}

/** Opens the text of a hit's file; throws one sentence for a person when that cannot be done. */
export async function openDocument(uri: vscode.Uri, path: string): Promise<vscode.TextDocument> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    // The editor's own message names classes and schemes; what matters to a person is that the file went since it was indexed.
    throw new Error(`${path} cannot be opened: it was moved or deleted since it was indexed.`);
  }
}

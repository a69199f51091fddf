import * as vscode from 'vscode';
import { NoteTyping } from '../protocol/editors.ts';
import type { Engine } from './engine.ts';

/** The engine is told this often while somebody types. */
const TELL_MS = 400;

/** Tells a running engine that somebody types, so that it leaves the processor to the editor. Nothing of the text is told. */
export function followTyping(engine: Engine): vscode.Disposable {
  let toldAt = 0;
  return vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    const now = Date.now();
    if (contentChanges.length === 0 || document.uri.scheme === 'output' || engine.pid() === undefined) return;
    if (now >= toldAt && now - toldAt < TELL_MS) return;
    toldAt = now;
    // An engine that is not there to hear it does nothing that could disturb.
    engine.request(NoteTyping, {}).catch(() => undefined);
  });
}

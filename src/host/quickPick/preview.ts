import * as vscode from 'vscode';
import type { SearchHit } from '../../protocol/search.ts';
import type { Locate } from '../locateHit.ts';
import { openDocument, rangeOf, revealCentred } from '../openHit.ts';
import { captureEditorState } from './editorState.ts';

export interface Preview {
  /** Shows a place without taking the focus; a later call overtakes an earlier one that is not shown yet. */
  show(uri: vscode.Uri, hit: SearchHit): void;
  /** Shows what was there before the first preview. */
  restore(): Promise<void>;
  /** Ends previewing and leaves the editor as it is. */
  keep(): Promise<void>;
}

/** Previews of results in the active editor group, from now on until `restore` or `keep`. */
export function createPreview(locate: Locate): Preview {
  const former = captureEditorState();
  const decoration = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    isWholeLine: true,
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  let wanted = 0;
  let shown = false;
  let ended = false;
  /** Whether the editor has been asked for a preview and has not answered yet. */
  let showing = false;
  let marked: vscode.TextEditor | undefined;
  let working: Promise<void> = Promise.resolve();

  const display = async (turn: number, uri: vscode.Uri, hit: SearchHit) => {
    if (turn !== wanted || ended) return;
    const document = await openDocument(uri, hit.path);
    const range = rangeOf(document, await locate(document, hit));
    if (turn !== wanted || ended) return;
    shown = true;
    showing = true;
    const options = { preview: true, preserveFocus: true, viewColumn: former.column };
    const editor = await vscode.window.showTextDocument(document, options).then(undefined, () => undefined);
    showing = false;
    if (editor === undefined || ended) return;
    marked?.setDecorations(decoration, []);
    editor.setDecorations(decoration, [range]);
    marked = editor;
    revealCentred(editor, range);
  };

  const end = async () => {
    ended = true;
    await working;
    decoration.dispose();
  };

  return {
    show(uri, hit) {
      const turn = ++wanted;
      // A file that is gone has no preview; going there says why.
      working = working.then(() => display(turn, uri, hit)).catch(() => undefined);
    },
    async restore() {
      ended = true;
      const isLate = showing;
      // At once and with the focus: a moment later the person may be in another box, which would close without it.
      if (shown) await former.restore({ focus: true });
      await end();
      // A preview that is being shown cannot be called back; it has to be there before it can be taken away.
      if (isLate) await former.restore({ focus: false });
    },
    keep: end,
  };
}

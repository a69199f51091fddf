import * as vscode from 'vscode';
import { LONGEST_SIMILAR } from '../../protocol/search.ts';
import type { Folders } from '../folders/folders.ts';
import type { SimilarTo } from '../quickPick/services.ts';

/** The selected code, as what similar code is looked for. Throws one sentence when nothing is selected. */
export function selectedCode(folders: Folders): SimilarTo {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty) throw new Error('Select some code first: Quarry then looks for code like it.');
  const { document, selection } = editor;
  const place = folders.locate(document.uri);
  // The line that a selection of whole lines ends before is not selected.
  const end = selection.end.character === 0 ? selection.end.line - 1 : selection.end.line;
  return {
    ...(place === undefined ? {} : { folder: place.folder.path }),
    path: place?.path ?? document.uri.path.split('/').at(-1) ?? '',
    startLine: selection.start.line + 1,
    endLine: Math.max(selection.start.line, end) + 1,
    text: document.getText(selection).slice(0, LONGEST_SIMILAR),
  };
}

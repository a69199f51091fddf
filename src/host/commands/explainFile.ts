import * as vscode from 'vscode';
import type { FileVerdict, SkipReason } from '../../core/files.ts';
import { ExplainFile } from '../../protocol/engine.ts';
import type { Engine } from '../engine.ts';
import type { Folders } from '../folders/folders.ts';
import { withoutLinks } from '../sentence.ts';

interface Remedy {
  readonly label: string;
  readonly run: (folder: vscode.Uri) => Thenable<unknown>;
}

const openFile =
  (name: string): Remedy['run'] =>
  (folder) =>
    vscode.window.showTextDocument(vscode.Uri.joinPath(folder, name));

const openSetting =
  (name: string): Remedy['run'] =>
  () =>
    vscode.commands.executeCommand('workbench.action.openSettings', name);

/** What a person can change about a reason, where there is something. */
const REMEDIES: Partial<Readonly<Record<SkipReason, Remedy>>> = {
  'excluded-by-settings': { label: 'Open Settings', run: openSetting('quarry.index') },
  'too-large': { label: 'Open Settings', run: openSetting('quarry.index.maxFileSizeKB') },
  quarryignore: { label: 'Open .quarryignore', run: openFile('.quarryignore') },
};

/**
 * Says whether a file is in the index and why. Returns the verdict; the message is shown meanwhile. Throws one sentence when the file
 * is in no folder that is searched.
 */
export async function explainFile(engine: Engine, folders: Folders, uri: vscode.Uri | undefined): Promise<FileVerdict> {
  if (uri === undefined) throw new Error('Open a file first, or choose one in the Explorer.');
  const place = folders.locate(uri);
  if (place === undefined) throw new Error(`${uri.path.split('/').at(-1)} is not in a folder that Quarry searches.`);
  const verdict = await engine.request(ExplainFile, { folder: place.folder.path, path: place.path });
  const remedy = verdict.reason === undefined ? undefined : REMEDIES[verdict.reason];
  // Of Markdown, in which the sentence marks names, a message knows links only.
  void vscode.window
    .showInformationMessage(withoutLinks(verdict.sentence.replaceAll('`', '')), ...(remedy === undefined ? [] : [remedy.label]))
    .then((choice) => {
      if (choice !== undefined) return remedy?.run(place.folder.uri);
    });
  return verdict;
}

import * as vscode from 'vscode';
import { type FileListing, ListFiles } from '../../protocol/engine.ts';
import type { Engine } from '../engine.ts';
import type { Folders, OpenedFolder } from '../folders/folders.ts';
import { counted } from '../sentence.ts';

interface FileItem extends vscode.QuickPickItem {
  readonly uri?: vscode.Uri;
}

/** Rows for files that are not indexed, grouped by reason; failed ones first, because they are nobody's wish. */
function itemsOf(folder: OpenedFolder, listing: FileListing): FileItem[] {
  const uri = (path: string) => vscode.Uri.joinPath(folder.uri, ...path.split('/'));
  const heading = (label: string): FileItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: FileItem[] = [];
  if (listing.failed.length > 0) {
    items.push(heading(`failed, will be tried again (${listing.failed.length})`));
    for (const { path, message } of listing.failed) items.push({ label: path, description: message, uri: uri(path) });
  }
  for (const reason of new Set(listing.skipped.map((file) => file.reason))) {
    const files = listing.skipped.filter((file) => file.reason === reason);
    items.push(heading(`${reason.replaceAll('-', ' ')} (${files.length})`));
    for (const { path, detail } of files)
      items.push({ label: path, uri: uri(path), ...(detail === undefined ? {} : { description: detail }) });
  }
  return items;
}

/** Lists every file that is not in the index, with the reason; choosing one opens it. */
export async function showSkippedFiles(engine: Engine, folders: Folders): Promise<void> {
  const opened = folders.list();
  const listings = await Promise.all(
    opened.map(async (folder) => ({ folder, listing: await engine.request(ListFiles, { folder: folder.path }) })),
  );
  const items = listings.flatMap(({ folder, listing }) => itemsOf(folder, listing));
  const indexed = listings.reduce((sum, { listing }) => sum + listing.indexed.length, 0);
  const left = items.filter(({ uri }) => uri !== undefined).length;
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Quarry: ${counted(indexed, 'file')} indexed, ${count(left)} not`,
    placeHolder: left === 0 ? 'Every file of the workspace is indexed' : 'Files that are not indexed, by reason',
    matchOnDescription: true,
  });
  if (chosen?.uri !== undefined) await vscode.commands.executeCommand('vscode.open', chosen.uri);
}

function count(files: number): string {
  return files === 0 ? 'none' : counted(files, 'file');
}

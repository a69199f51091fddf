import path from 'node:path';
import * as vscode from 'vscode';
import { createChangeBatch } from './changeBatch.ts';
import { outsideGitDir } from './gitHead.ts';

/** The path of a file relative to a folder, with `/`; undefined when it is not in it. */
export function relativePath(folder: vscode.Uri, uri: vscode.Uri): string | undefined {
  if (uri.scheme !== folder.scheme) return undefined;
  const relative = path.relative(folder.fsPath, uri.fsPath);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return undefined;
  return relative.split(path.sep).join('/');
}

/**
 * Follows what happens in a folder: files written, made and deleted by anything on this machine, renames of whole folders (which give
 * no event for each file), saves in the editor, and branch switches. Calls back with relative paths, or an empty list when the
 * whole folder should be looked at.
 */
export function watchFolder(folder: vscode.Uri, deliver: (paths: readonly string[]) => void): vscode.Disposable {
  const batch = createChangeBatch(deliver);
  const changed = (uri: vscode.Uri) => {
    const relative = relativePath(folder, uri);
    if (relative !== undefined) batch.add(relative);
  };
  // A `.git` says that a repository was made or removed; what changes inside tells of itself.
  const written = (uri: vscode.Uri) => {
    if (!uri.path.endsWith('/.git')) changed(uri);
  };
  const everything = () => batch.add('');
  const parts: vscode.Disposable[] = [batch];
  const watch = (base: vscode.Uri, glob: string, onEvent: (uri: vscode.Uri) => void, onChange = onEvent) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(base, glob));
    parts.push(watcher, watcher.onDidChange(onChange), watcher.onDidCreate(onEvent), watcher.onDidDelete(onEvent));
  };
  watch(folder, '**/*', changed, written);
  parts.push(
    vscode.workspace.onDidSaveTextDocument((document) => changed(document.uri)),
    vscode.workspace.onDidCreateFiles((event) => event.files.forEach(changed)),
    vscode.workspace.onDidDeleteFiles((event) => event.files.forEach(changed)),
    vscode.workspace.onDidRenameFiles((event) => {
      for (const { oldUri, newUri } of event.files) {
        changed(oldUri);
        changed(newUri);
      }
    }),
  );
  let disposed = false;
  void outsideGitDir(folder.fsPath).then((gitDir) => {
    if (gitDir !== undefined && !disposed) watch(vscode.Uri.file(gitDir), 'HEAD', everything);
  });
  return new vscode.Disposable(() => {
    disposed = true;
    for (const part of parts) part.dispose();
  });
}

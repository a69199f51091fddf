import path from 'node:path';
import * as vscode from 'vscode';
import type { RequestType } from 'vscode-jsonrpc';
import {
  CloseFolder,
  FilesChanged,
  type FolderParams,
  type IndexStatus,
  OpenFolder,
  Pause,
  Rebuild,
  Resume,
} from '../../protocol/engine.ts';
import { WipeIndex } from '../../protocol/health.ts';
import type { SearchHit } from '../../protocol/search.ts';
import { setContext } from '../contextKeys.ts';
import type { Engine } from '../engine.ts';
import { sentenceOf } from '../sentence.ts';
import { readFolderSettings } from '../settings.ts';
import { allowedKey, mayIndex } from './askFirst.ts';
import { indexDirOf } from './indexDir.ts';
import { openPaths } from './openPaths.ts';
import { relativePath, watchFolder } from './watchFolder.ts';

const PAUSED = 'quarry.paused';

/** A workspace folder that the engine knows. */
export interface OpenedFolder {
  readonly uri: vscode.Uri;
  readonly name: string;
  /** The folder's path as the engine names it: links resolved. */
  readonly path: string;
  /** Whether the folder is only searched, because it was opened without indexing. */
  readonly searchOnly: boolean;
  readonly watcher: vscode.Disposable;
}

/** What {@link createFolders} needs of the editor's state. */
export interface FoldersOptions {
  readonly engine: Engine;
  /** Absolute path of the folder in which indexes are kept. */
  readonly storage: string;
  readonly state: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
}

/** The workspace's folders in the engine: opened, followed and closed as the workspace changes. */
export class Folders implements vscode.Disposable {
  private readonly options: FoldersOptions;
  private readonly opened = new Map<string, OpenedFolder>();
  private readonly states = new Map<string, IndexStatus>();
  private readonly failures = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly parts: vscode.Disposable[] = [this.changed];
  private line: Promise<void> = Promise.resolve();

  /** Fires when a folder's status changed, and when folders come or go. */
  readonly onDidChange = this.changed.event;

  constructor(options: FoldersOptions) {
    this.options = options;
    this.updateContext();
    this.parts.push(
      options.engine.onStatus((status) => this.noteStatus(status)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.sync()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.reopen(() => true)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        void this.reopen(({ uri }) => event.affectsConfiguration('quarry.index', uri));
      }),
    );
  }

  /** Whether the person stopped indexing; kept with the workspace. */
  get paused(): boolean {
    return this.options.state.get<boolean>(PAUSED, false);
  }

  list(): readonly OpenedFolder[] {
    return [...this.opened.values()];
  }

  statuses(): readonly IndexStatus[] {
    return this.list().flatMap(({ path, searchOnly }) => {
      const status = this.states.get(path);
      return status === undefined ? [] : statusFor({ searchOnly }, status);
    });
  }

  /** Whether a folder is only searched, because indexing was not allowed or is not automatic. */
  get searchOnly(): boolean {
    return this.list().some(({ searchOnly }) => searchOnly);
  }

  /** Whether a folder of the workspace is still to be opened. */
  get opening(): boolean {
    return this.wanted().some(({ uri }) => !this.opened.has(uri.toString()) && !this.failures.has(uri.toString()));
  }

  /** Sentences about folders that cannot be searched. */
  problems(): readonly string[] {
    const virtual = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme !== 'file');
    return [...this.failures.values(), ...virtual.map(({ name }) => `${name} is not on a disk of this machine, so it is not searched.`)];
  }

  /** The opened folder that a file is in (the innermost), and the file's path relative to it. */
  locate(uri: vscode.Uri): { readonly folder: OpenedFolder; readonly path: string } | undefined {
    return this.list()
      .flatMap((folder) => {
        const relative = relativePath(folder.uri, uri);
        return relative === undefined ? [] : [{ folder, path: relative }];
      })
      .sort((a, b) => a.path.length - b.path.length)[0];
  }

  /** Where a hit is, in the workspace's own terms: under a linked folder the link stays. */
  uriOf(hit: Pick<SearchHit, 'folder' | 'path'>): vscode.Uri {
    const folder = this.list().find(({ path }) => path === hit.folder);
    return vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file(hit.folder), ...hit.path.split('/'));
  }

  /** Opens, closes and keeps folders until the engine has those of the workspace. Settles when each is open or has failed. */
  sync(): Promise<void> {
    return this.inTurn(async () => {
      const wanted = this.wanted();
      const keys = new Set(wanted.map(({ uri }) => uri.toString()));
      for (const key of this.failures.keys()) if (!keys.has(key)) this.failures.delete(key);
      for (const [key, folder] of this.opened) if (!keys.has(key)) await this.close(key, folder);
      for (const folder of wanted) if (!this.opened.has(folder.uri.toString())) await this.open(folder);
      this.changed.fire();
    });
  }

  /** Asks for the folders that match once more, for new settings to take effect; the engine opens anew what is to be indexed otherwise. */
  reopen(matches: (folder: OpenedFolder) => boolean): Promise<void> {
    return this.inTurn(async () => {
      for (const folder of this.wanted()) {
        const known = this.opened.get(folder.uri.toString());
        if (known === undefined || matches(known)) await this.open(folder);
      }
    });
  }

  async pause(): Promise<void> {
    await this.setPaused(true);
    await this.each(Pause);
  }

  /** Indexing goes on; a folder that was opened for searching only is indexed from now on. */
  async resume(): Promise<void> {
    await this.setPaused(false);
    const started = this.list().filter(({ searchOnly }) => searchOnly);
    for (const { uri } of started) {
      await this.options.state.update(startedKey(uri), true);
      await this.options.state.update(wipedKey(uri), undefined);
      await this.options.state.update(allowedKey(uri), true);
    }
    await this.reopen(({ searchOnly }) => searchOnly);
    await this.each(Resume);
  }

  /** Removes the index of every folder and returns the bytes freed; the folders stay open, and are indexed when the person resumes. */
  async wipe(): Promise<number> {
    let freed = 0;
    for (const { path: folder, uri } of this.list()) {
      freed += (await this.options.engine.request(WipeIndex, { folder })).freedBytes;
      await this.options.state.update(wipedKey(uri), true);
    }
    await this.reopen(() => true);
    return freed;
  }

  async rebuild(): Promise<void> {
    await this.each(Rebuild);
  }

  /** Tells the engine about paths of one folder; an empty list asks for a look at all of it. */
  tell(folder: string, paths: readonly string[]): void {
    this.options.engine.request(FilesChanged, { folder, paths }).catch((error: unknown) => {
      // The engine compares the folder with the disk when it starts again, so a lost message costs nothing but time.
      this.options.log.warn(`changes in ${folder} were not delivered: ${sentenceOf(error)}`);
    });
  }

  dispose(): void {
    for (const { watcher } of this.opened.values()) watcher.dispose();
    for (const part of this.parts) part.dispose();
  }

  private wanted(): readonly vscode.WorkspaceFolder[] {
    return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  }

  /** Opens a folder, or asks for an open one as the settings are now. */
  private async open(folder: vscode.WorkspaceFolder): Promise<void> {
    const { engine, storage, state, log } = this.options;
    const key = folder.uri.toString();
    const before = this.opened.get(key);
    const { auto, files } = readFolderSettings(folder.uri);
    const index =
      !state.get<boolean>(wipedKey(folder.uri), false) &&
      (auto || state.get<boolean>(startedKey(folder.uri), false)) &&
      (await mayIndex(folder, state, () => this.reopen(() => true)));
    try {
      const status = await engine.request(OpenFolder, {
        folder: folder.uri.fsPath,
        indexDir: indexDirOf(storage, folder.uri.fsPath),
        files,
        paused: this.paused,
        index,
        first: openPaths(folder.uri),
      });
      const watcher = index ? watchFolder(folder.uri, (paths) => this.tell(status.folder, paths)) : new vscode.Disposable(() => undefined);
      before?.watcher.dispose();
      this.opened.set(key, { uri: folder.uri, name: folder.name, path: status.folder, searchOnly: !index, watcher });
      this.failures.delete(key);
      log.info(`${folder.name} opened: ${status.phase}, ${status.files} files, index in ${status.indexDir}`);
      if (!this.states.has(status.folder)) this.states.set(status.folder, status);
    } catch (error) {
      before?.watcher.dispose();
      this.opened.delete(key);
      this.failures.set(key, sentenceOf(error));
      log.error(`${path.basename(folder.uri.fsPath)} could not be opened: ${sentenceOf(error)}`);
    }
    this.updateContext();
    this.changed.fire();
  }

  private async close(key: string, folder: OpenedFolder): Promise<void> {
    this.opened.delete(key);
    this.states.delete(folder.path);
    folder.watcher.dispose();
    await this.options.engine.request(CloseFolder, { folder: folder.path }).catch((error: unknown) => {
      this.options.log.warn(`${folder.name} was not closed: ${sentenceOf(error)}`);
    });
  }

  private noteStatus(status: IndexStatus): void {
    this.states.set(status.folder, status);
    this.changed.fire();
  }

  private async setPaused(paused: boolean): Promise<void> {
    await this.options.state.update(PAUSED, paused);
    this.updateContext();
  }

  /** Resuming is on offer while anything is not indexed for the person's own reasons. */
  private updateContext(): void {
    setContext(PAUSED, this.paused || this.searchOnly);
  }

  private async each(type: RequestType<FolderParams, void, void>): Promise<void> {
    await Promise.all(this.list().map(({ path }) => this.options.engine.request(type, { folder: path })));
  }

  /** One change of the set of folders at a time: the workspace may change again while the engine still opens. */
  private inTurn(step: () => Promise<void>): Promise<void> {
    this.line = this.line.then(step).catch((error: unknown) => this.options.log.error(sentenceOf(error)));
    return this.line;
  }
}

/** A folder that is only searched and has no index waits for nothing but the person. */
export function statusFor({ searchOnly }: Pick<OpenedFolder, 'searchOnly'>, status: IndexStatus): IndexStatus {
  return searchOnly && status.phase === 'opening' ? { ...status, phase: 'ready', message: 'This folder is not indexed.' } : status;
}

/** Remembers that the person deleted the index, until indexing is resumed. */
function wipedKey(uri: vscode.Uri): string {
  return `quarry.wiped:${uri.toString()}`;
}

/** Remembers that the person started indexing by hand where it is not automatic. */
function startedKey(uri: vscode.Uri): string {
  return `quarry.started:${uri.toString()}`;
}

import * as vscode from 'vscode';
import { SetUnsaved } from '../protocol/editors.ts';
import type { Engine } from './engine.ts';
import type { Folders } from './folders/folders.ts';

const SETTING = 'quarry.search.unsavedEditors';
/** Time without a key after which a text is told. */
const TYPING_MS = 300;

/** While the setting says so, tells the engine what stands in editors and is not saved, and when that ends. */
export function followUnsavedEditors(engine: Engine, folders: Folders): vscode.Disposable {
  const timers = new Map<string, NodeJS.Timeout>();
  /** What the engine takes for changed: documents by their address. */
  const told = new Set<string>();
  let on = isOn();
  let known = folders.list();

  const tell = (document: vscode.TextDocument, text: string | null): void => {
    const place = folders.locate(document.uri);
    const key = document.uri.toString();
    if (place === undefined || (text === null && !told.delete(key))) return;
    if (text !== null) told.add(key);
    // An engine that does not answer is told anew when it is back.
    engine.request(SetUnsaved, { folder: place.folder.path, path: place.path, text }).catch(() => told.delete(key));
  };
  const look = (document: vscode.TextDocument): void =>
    tell(document, on && document.isDirty && !document.isClosed ? document.getText() : null);
  const lookSoon = (document: vscode.TextDocument): void => {
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        look(document);
      }, TYPING_MS),
    );
  };
  const lookAtAll = (): void => {
    if (on || told.size > 0) vscode.workspace.textDocuments.forEach(look);
  };

  lookAtAll();
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (on) lookSoon(document);
    }),
    vscode.workspace.onDidSaveTextDocument(look),
    vscode.workspace.onDidCloseTextDocument((document) => tell(document, null)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(SETTING)) return;
      on = isOn();
      lookAtAll();
    }),
    // A new process and a folder that was opened anew know nothing of it.
    engine.onHealth(({ state }) => {
      if (state === 'running') lookAtAll();
    }),
    folders.onDidChange(() => {
      const list = folders.list();
      const isNew = list.some((folder) => !known.includes(folder));
      known = list;
      if (isNew) lookAtAll();
    }),
    new vscode.Disposable(() => {
      for (const timer of timers.values()) clearTimeout(timer);
    }),
  );
}

function isOn(): boolean {
  return vscode.workspace.getConfiguration().get<unknown>(SETTING) === true;
}

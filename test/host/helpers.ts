import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { QuarryApi } from '../../src/host/api.ts';
import type { PickSession } from '../../src/host/quickPick/session.ts';
import type { SearchHit } from '../../src/protocol/search.ts';

/** Longest time that anything may take on a slow machine; nothing waits for it when all is well. */
const PATIENCE_MS = 90_000;
const LOOK_MS = 50;

export const QUESTION = 'where are failed uploads retried';

export function extension(): vscode.Extension<QuarryApi> {
  const found = vscode.extensions.getExtension<QuarryApi>('quarry.quarry');
  assert.ok(found, 'the extension is not there');
  return found;
}

/** The activated extension with everything indexed. */
export async function quarry(): Promise<QuarryApi> {
  const api = await extension().activate();
  await api.ready();
  await api.indexed();
  return api;
}

export function folder(): vscode.Uri {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(uri, 'no folder is open');
  return uri;
}

export function file(relative: string): vscode.Uri {
  return vscode.Uri.joinPath(folder(), ...relative.split('/'));
}

/** The path of a file on disk, for changes made behind the editor's back. */
export function onDisk(relative: string): string {
  return path.join(folder().fsPath, ...relative.split('/'));
}

/** Looks again and again until the value is there; fails with what it saw last. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

export async function find(query: string): Promise<readonly SearchHit[]> {
  const api = await extension().activate();
  return (await api.search(query)).hits;
}

/** Opens the quick pick with a question and waits for its answer. */
export async function ask(question: string): Promise<PickSession> {
  const api = await quarry();
  // Without the question that would be offered: the editor would tell of it after another one was set from here.
  await vscode.commands.executeCommand('quarry.search', '');
  const pick = await eventually('the quick pick', () => api.quickPick);
  await type(pick, question);
  return pick;
}

/** Types a question, and waits for its answer and for the editor to have shown it. */
export async function type(pick: PickSession, question: string): Promise<void> {
  pick.ask(question);
  await pick.settled();
  const { quickPick } = await extension().activate();
  assert.ok(quickPick === pick, `the quick pick was closed before "${question}" was answered`);
  const rows = pick.rows();
  if (rows.length > 0) await eventually('an active row', () => rows.find((row) => row === pick.activeRow()));
}

/** Closes whatever quick pick is open, as Escape does, and waits for the editor to be restored. */
export async function pressEscape(): Promise<void> {
  const api = await extension().activate();
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await eventually('the end of the quick pick', () => api.quickPick === undefined || undefined);
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

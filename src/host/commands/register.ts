import * as vscode from 'vscode';
import { sentenceOf } from '../sentence.ts';

/** Every command of the manifest, without the prefix `quarry.`. */
export type CommandName =
  | 'search'
  | 'searchInFolder'
  | 'findSimilar'
  | 'showPanel'
  | 'explainFile'
  | 'pause'
  | 'resume'
  | 'rebuild'
  | 'restart'
  | 'showStatus'
  | 'showSkippedFiles'
  | 'showHealth'
  | 'refreshHealth'
  | 'retryFailed'
  | 'cleanUp'
  | 'wipe'
  | 'downloadModel'
  | 'importModel'
  | 'removeModel'
  | 'toggleReranking'
  | 'chooseReranker'
  | 'setServerKey'
  | 'compareModels'
  | 'copyAgentConfig'
  | 'openSettings'
  | 'showLog'
  | 'nextResult'
  | 'previousResult'
  | 'quickPick.openToSide'
  | 'quickPick.openInBackground';

/** Arguments come from menus, key bindings and other extensions, so they may be anything. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;

/** Registers every command. An error becomes one quiet line for the person and a line in the log. */
export function registerCommands(handlers: Readonly<Record<CommandName, CommandHandler>>, log: vscode.LogOutputChannel): vscode.Disposable {
  const registered = Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(`quarry.${name}`, async (...args: unknown[]) => {
      try {
        return await handler(...args);
      } catch (error) {
        const sentence = sentenceOf(error);
        log.warn(`${name}: ${sentence}`);
        void vscode.window.showWarningMessage(sentence);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The file or folder that a command was called on: what a menu passes, or the active editor's. */
export function uriArgument(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputNotebook)
    return input.uri;
  return vscode.window.activeTextEditor?.document.uri;
}

import * as vscode from 'vscode';
import { counted } from '../sentence.ts';
import { type StatusInput, stateLine } from './statusText.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
}

/** What the menu offers in this state. */
export function menuItems(input: StatusInput): readonly MenuItem[] {
  const skipped = input.statuses.reduce((sum, status) => sum + status.skipped + status.failed, 0);
  const troubled = input.health.state === 'safe-mode' || input.health.state === 'stopped';
  return [
    { label: '$(search) Search Code', command: 'quarry.search' },
    { label: '$(list-tree) Show Results Panel', command: 'quarry.showPanel' },
    { label: 'Index', kind: vscode.QuickPickItemKind.Separator },
    ...(troubled
      ? [{ label: '$(debug-restart) Restart Search Engine', description: input.health.message, command: 'quarry.restart' }]
      : []),
    input.paused || input.searchOnly
      ? { label: '$(play) Resume Indexing', command: 'quarry.resume' }
      : { label: '$(debug-pause) Pause Indexing', command: 'quarry.pause' },
    { label: '$(refresh) Rebuild Index', description: 'searching goes on meanwhile', command: 'quarry.rebuild' },
    { label: '$(exclude) Show Files That Are Not Indexed', description: counted(skipped, 'file'), command: 'quarry.showSkippedFiles' },
    { label: '$(pulse) Index Health', command: 'quarry.showHealth' },
    { label: 'More', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(gear) Settings', command: 'quarry.openSettings' },
    { label: '$(output) Show Log', command: 'quarry.showLog' },
  ];
}

/** Opens the menu of the status bar and runs what is chosen. */
export async function showStatusMenu(input: StatusInput): Promise<void> {
  const chosen = await vscode.window.showQuickPick([...menuItems(input)], { title: `Quarry: ${stateLine(input)}` });
  if (chosen?.command !== undefined) await vscode.commands.executeCommand(chosen.command);
}

import * as vscode from 'vscode';
import { type StatusInput, statusText, statusTooltip } from './statusText.ts';

/** Progress comes many times a second; the bar is drawn no more often than this. */
const DRAW_MS = 200;

/** What the status bar shows and when it should look again. */
export interface StatusSource {
  readonly input: () => StatusInput;
  readonly nameOf: (folder: string) => string;
  /** Registers for changes. */
  readonly onDidChange: (listener: () => void) => vscode.Disposable;
}

/** The one item of the status bar. A click opens the status menu. */
export function createStatusBar(source: StatusSource): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('quarry.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Quarry';
  item.command = 'quarry.showStatus';
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    timer = undefined;
    const input = source.input();
    const { text, label, warning } = statusText(input);
    item.text = text;
    item.accessibilityInformation = { label, role: 'button' };
    item.tooltip = new vscode.MarkdownString(statusTooltip(input, source.nameOf), true);
    item.backgroundColor = warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  };
  draw();
  item.show();
  const listening = source.onDidChange(() => {
    timer ??= setTimeout(draw, DRAW_MS);
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    listening.dispose();
    item.dispose();
  });
}

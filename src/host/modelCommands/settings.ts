import * as vscode from 'vscode';
import type { ModelOptions } from '../../protocol/models.ts';

/** Where models live and whether and how they may be downloaded. `folder` is used unless the person names another absolute one. */
export function readModelSettings(folder: string): ModelOptions {
  const settings = vscode.workspace.getConfiguration('quarry.models');
  const wanted = text(settings.get('folder'));
  const mirror = text(settings.get('mirror'));
  return {
    dir: isAbsolute(wanted) ? wanted : folder,
    // Whatever is not a clear no counts as a yes here: the setting exists to forbid.
    offline: settings.get<unknown>('offline') !== false,
    mirror: /^https?:\/\//.test(mirror) ? mirror : '',
    proxy: text(vscode.workspace.getConfiguration('http').get('proxy')),
  };
}

export function onModelSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('quarry.models') || event.affectsConfiguration('http.proxy')) listener();
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isAbsolute(folder: string): boolean {
  return /^([a-zA-Z]:)?[\\/]/.test(folder);
}

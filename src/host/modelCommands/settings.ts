import * as vscode from 'vscode';
import type { EmbedderOptions, EmbeddingCacheOptions, ModelOptions } from '../../protocol/models.ts';

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

const DEVICES: readonly EmbedderOptions['device'][] = ['auto', 'cpu', 'cuda', 'dml', 'coreml', 'webgpu'];
const CACHE_MB = 500;

/** Which model embeds and where. One that cannot serve gives way to the bundled one. */
export function readEmbedderSettings(): EmbedderOptions {
  const settings = vscode.workspace.getConfiguration('quarry.embedding');
  const device = settings.get<unknown>('device');
  return { model: text(settings.get('model')) || 'auto', device: DEVICES.find((known) => known === device) ?? 'auto', required: false };
}

/** How much room embeddings take that outlive an index, in `dir`. */
export function readCacheSettings(dir: string): EmbeddingCacheOptions {
  const megabytes = vscode.workspace.getConfiguration('quarry.embedding').get<unknown>('cacheMB');
  const limit = typeof megabytes === 'number' && Number.isFinite(megabytes) ? Math.max(0, megabytes) : CACHE_MB;
  return { dir, limitBytes: limit * 1e6 };
}

export function onEmbeddingSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    // Another folder holds other models.
    if (event.affectsConfiguration('quarry.embedding') || event.affectsConfiguration('quarry.models.folder')) listener();
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isAbsolute(folder: string): boolean {
  return /^([a-zA-Z]:)?[\\/]/.test(folder);
}

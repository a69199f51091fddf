import * as vscode from 'vscode';
import type { FileSettings } from '../core/files.ts';
import type { EngineOptions } from '../protocol/engine.ts';
import type { SearchMode } from '../protocol/search.ts';

export interface SearchSettings {
  readonly mode: SearchMode;
  /** Most rows in the quick pick, 1 to 50. */
  readonly limit: number;
  readonly preview: boolean;
  readonly debounceMs: number;
  readonly hops: 1 | 2;
  /** Whether files that are open, and their neighbours, get a small advantage. */
  readonly preferOpenEditors: boolean;
}

export type EngineLimits = Required<Pick<EngineOptions, 'memoryLimitMB' | 'pauseOnBattery'>>;

export interface FolderSettings {
  /** Whether the folder is indexed when it is opened. */
  readonly auto: boolean;
  readonly files: FileSettings;
}

const MODES: readonly SearchMode[] = ['hybrid', 'semantic', 'keyword'];

// Settings are typed by hand into a file: any value may be of any type, and a bad one counts as the default.
function whole(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : otherwise;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item.trim() !== '') : [];
}

/** How searches start, as set by the person. */
export function readSearchSettings(): SearchSettings {
  const settings = vscode.workspace.getConfiguration('quarry.search');
  const mode = settings.get<unknown>('mode');
  return {
    mode: MODES.find((known) => known === mode) ?? 'hybrid',
    limit: whole(settings.get('limit'), 1, 50, 50),
    preview: settings.get<unknown>('preview') !== false,
    debounceMs: whole(settings.get('debounce'), 0, 2000, 120),
    hops: settings.get<unknown>('hops') === 2 ? 2 : 1,
    preferOpenEditors: settings.get<unknown>('preferOpenEditors') === true,
  };
}

/** What the engine may use of the machine. Read when it starts. */
export function readEngineSettings(): EngineLimits {
  const settings = vscode.workspace.getConfiguration('quarry');
  return {
    memoryLimitMB: whole(settings.get('engine.memoryLimitMB'), 300, 64_000, 1500),
    pauseOnBattery: settings.get<unknown>('index.pauseOnBattery') !== false,
  };
}

/** What is indexed in one workspace folder. In an untrusted workspace the editor leaves the workspace's own values out. */
export function readFolderSettings(folder: vscode.Uri): FolderSettings {
  const settings = vscode.workspace.getConfiguration('quarry.index', folder);
  return {
    auto: settings.get<unknown>('auto') !== false,
    files: {
      include: texts(settings.get('include')),
      exclude: texts(settings.get('exclude')),
      maxFileBytes: whole(settings.get('maxFileSizeKB'), 1, 100_000, 1000) * 1000,
    },
  };
}

import * as vscode from 'vscode';
import type { SearchRequest } from '../protocol/search.ts';
import { openPaths } from './folders/openPaths.ts';
import { readSearchSettings } from './settings.ts';

/** A question with what the settings say of every question; what it says itself counts. */
export function withDefaults(request: SearchRequest): SearchRequest {
  const { hops, preferOpenEditors } = readSearchSettings();
  return { hops, ...(preferOpenEditors ? { near: keptPaths() } : {}), ...request };
}

/** The previews of results must not count: moving through rows would change the order of the next answer. */
function keptPaths(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => openPaths(uri, 'kept'));
}

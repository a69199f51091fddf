import * as vscode from 'vscode';
import type { Folders } from '../folders/folders.ts';
import { readModelSettings } from '../modelCommands/settings.ts';

export interface AgentPlaces {
  /** Absolute path of the command line in the package. */
  readonly cli: string;
  /** Absolute path of the folder for models, unless a setting names another. */
  readonly models: string;
}

/**
 * Puts on the clipboard the entry with which an agent outside the editor starts `quarry mcp` for a folder of this workspace. The editor's
 * own Node runs it, so nothing needs to be installed, and the models of the editor serve there as well. Returns what it copied.
 */
export async function copyAgentConfig(folders: Folders, { cli, models }: AgentPlaces): Promise<string | undefined> {
  const opened = folders.list();
  if (opened.length === 0) throw new Error('Open a folder first: an agent searches one folder.');
  const names = opened.map(({ name, path }) => ({ label: name, description: path, path }));
  const placeHolder = vscode.l10n.t('Which folder is the agent to search?');
  const chosen = names.length === 1 ? names[0] : await vscode.window.showQuickPick(names, { placeHolder });
  if (chosen === undefined) return undefined;
  const server = {
    command: process.execPath,
    args: [cli, 'mcp', chosen.path, '--models-dir', readModelSettings(models).dir],
    // Only the desktop's own program needs to be told that it is Node now.
    ...(process.versions.electron === undefined ? {} : { env: { ELECTRON_RUN_AS_NODE: '1' } }),
  };
  const entry = `${JSON.stringify({ mcpServers: { quarry: server } }, undefined, 2)}\n`;
  await vscode.env.clipboard.writeText(entry);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Copied. Put it into the settings of your agent: it then searches {0} with Quarry, on this machine.', chosen.label),
  );
  return entry;
}

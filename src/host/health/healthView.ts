import * as vscode from 'vscode';
import { GetHealth } from '../../protocol/health.ts';
import type { Engine } from '../engine.ts';
import { type Folders, statusFor } from '../folders/folders.ts';
import { sentenceOf } from '../sentence.ts';
import { type HealthRow, rowsOf } from './rows.ts';

export const HEALTH_VIEW = 'quarry.health';

/** While files are indexed the view follows no faster than this. */
const REFRESH_MS = 2000;

/** `Quarry: Index Health`: what every index holds, left out and takes, as a tree. It asks the engine while it is seen. */
export class HealthView implements vscode.TreeDataProvider<HealthRow>, vscode.Disposable {
  private readonly engine: Engine;
  private readonly folders: Folders;
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<HealthRow>;
  private readonly parts: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(engine: Engine, folders: Folders) {
    this.engine = engine;
    this.folders = folders;
    this.view = vscode.window.createTreeView(HEALTH_VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.parts = [this.changed, this.view, folders.onDidChange(() => this.soon()), this.view.onDidChangeVisibility(() => this.refresh())];
  }

  /** Brings the view to the front, with fresh numbers. */
  async show(): Promise<void> {
    this.refresh();
    await vscode.commands.executeCommand(`${HEALTH_VIEW}.focus`);
  }

  refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changed.fire(undefined);
  }

  async getChildren(parent?: HealthRow): Promise<HealthRow[]> {
    if (parent !== undefined) return [...(parent.children ?? [])];
    return Promise.all(
      this.folders.list().map(async (folder): Promise<HealthRow> => {
        const { name, path } = folder;
        try {
          const health = await this.engine.request(GetHealth, { folder: path });
          return rowsOf(name, { ...health, status: statusFor(folder, health.status) });
        } catch (error) {
          return { label: name, description: sentenceOf(error), icon: 'error', folder: path };
        }
      }),
    );
  }

  getTreeItem(row: HealthRow): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(row.label, row.children?.length ? (row.open === true ? Expanded : Collapsed) : None);
    item.tooltip = row.description === undefined ? row.label : `${row.label}: ${row.description}`;
    if (row.description !== undefined) item.description = row.description;
    if (row.icon !== undefined) item.iconPath = new vscode.ThemeIcon(row.icon);
    if (row.kind !== undefined) item.contextValue = row.kind;
    if (row.path !== undefined && !row.path.endsWith('/')) {
      const uri = this.folders.uriOf({ folder: row.folder, path: row.path });
      item.command = { command: 'vscode.open', title: '', arguments: [uri] };
    }
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const part of this.parts) part.dispose();
  }

  private soon(): void {
    if (!this.view.visible || this.timer !== undefined) return;
    this.timer = setTimeout(() => this.refresh(), REFRESH_MS);
  }
}

import * as vscode from 'vscode';
import { sizeText } from '../../core/sizeText.ts';
import type { ListedModel, ModelListing } from '../../protocol/models.ts';

export interface ModelItem extends vscode.QuickPickItem {
  readonly model?: ListedModel;
}

/** Models that are files: neither in the package nor behind a server. */
export function isAvailable({ entry }: ListedModel): boolean {
  return entry.delivery === 'download';
}

/** Rows for the models that pass, embedders before rerankers. */
export function modelItems({ models, reranker }: ModelListing, filter: (model: ListedModel) => boolean): readonly ModelItem[] {
  return (['embedder', 'reranker'] as const).flatMap((role) => {
    const rows = models.filter((model) => model.entry.role === role && filter(model));
    if (rows.length === 0) return [];
    const heading = { label: role === 'embedder' ? 'Embedding models' : 'Rerankers', kind: vscode.QuickPickItemKind.Separator };
    return [heading, ...rows.map((model) => itemOf(model, reranker?.id))];
  });
}

function itemOf(model: ListedModel, suggested: string | undefined): ModelItem {
  const { entry, size, installed } = model;
  const parts = [sizeText(size), entry.licence];
  if (installed !== null) parts.push('installed');
  if (entry.id === suggested) parts.push('suggested here');
  return { label: entry.id, description: parts.join(', '), detail: entry.note, model };
}

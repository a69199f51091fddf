import * as vscode from 'vscode';
import { whereCodeGoes } from '../../core/endpoints/address.ts';
import type { ModelListing } from '../../protocol/models.ts';
import { EDITOR_MODEL } from '../../protocol/rerank.ts';
import { readChat } from '../servers/settings.ts';

export interface ElsewhereItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** True for a reranker that needs nothing installed: the editor's language models, or one on the chat server that is set. */
export function runsElsewhere({ models }: ModelListing, id: string): boolean {
  if (id === EDITOR_MODEL || id.startsWith(`${EDITOR_MODEL}:`)) return true;
  return isListwise(models, id) && readChat() !== undefined;
}

function isListwise(models: ModelListing['models'], id: string): boolean {
  return models.some(({ entry }) => entry.id === id && entry.role === 'reranker' && entry.kind === 'listwise');
}

/** Rows for the rerankers that can be asked elsewhere, each with a word on where code goes. */
export async function elsewhereItems({ models }: ModelListing): Promise<readonly vscode.QuickPickItem[]> {
  const items: ElsewhereItem[] = [];
  const chat = readChat();
  for (const { entry } of models) {
    if (chat === undefined || !isListwise(models, entry.id)) continue;
    items.push({
      id: entry.id,
      label: entry.id,
      description: `on ${chat.address.host}`,
      detail: whereCodeGoes(chat.address, 'Shown code'),
    });
  }
  const [first] = await vscode.lm.selectChatModels();
  if (first !== undefined) {
    const detail = 'The code of the best results goes to the provider of that model, with every search.';
    items.push({ id: EDITOR_MODEL, label: "The editor's language models", description: first.name, detail });
  }
  return items.length === 0 ? [] : [{ label: 'Elsewhere', kind: vscode.QuickPickItemKind.Separator }, ...items];
}

import * as vscode from 'vscode';
import { type ListedModel, ListModels } from '../../protocol/models.ts';
import type { CommandHandler } from '../commands/register.ts';
import type { Engine } from '../engine.ts';
import { isAvailable, modelItems } from '../modelCommands/items.ts';
import { readRerankSettings, writeRerankSetting } from './settings.ts';

type RerankCommand = 'toggleReranking' | 'chooseReranker';

/** The commands about reranking. `chooseReranker` takes the id of a model as its argument. */
export function rerankCommands(engine: Engine): Readonly<Record<RerankCommand, CommandHandler>> {
  return {
    toggleReranking: () => toggle(engine),
    chooseReranker: (id) => choose(engine, id),
  };
}

async function toggle(engine: Engine): Promise<void> {
  const { enabled, options } = readRerankSettings();
  if (enabled) {
    await writeRerankSetting('enabled', false);
    vscode.window.setStatusBarMessage('$(search) Quarry: results are not reranked', 4000);
    return;
  }
  const { models } = await engine.request(ListModels, {});
  const isThere = models.some(
    ({ entry, installed }) => installed !== null && entry.role === 'reranker' && (options.model === '' || entry.id === options.model),
  );
  // Switched on without a model, it would only say so under every answer.
  if (!isThere) return choose(engine, undefined);
  await writeRerankSetting('enabled', true);
  vscode.window.setStatusBarMessage('$(search) Quarry: the best results are reread with the question', 4000);
}

/** Lets the person choose a model, downloads it after a yes, and switches reranking on. */
async function choose(engine: Engine, id: unknown): Promise<void> {
  const listing = await engine.request(ListModels, {});
  const isReranker = (model: ListedModel): boolean => model.entry.role === 'reranker' && isAvailable(model);
  const model = typeof id === 'string' ? listing.models.find((one) => one.entry.id === id && isReranker(one)) : await ask();
  if (model === undefined) {
    if (typeof id === 'string') throw new Error(`${id} is not a reranker that runs here.`);
    return;
  }
  if (model.installed === null) {
    await vscode.commands.executeCommand('quarry.downloadModel', model.entry.id);
    const { models } = await engine.request(ListModels, {});
    if (models.find(({ entry }) => entry.id === model.entry.id)?.installed === null) return;
  }
  await writeRerankSetting('model', model.entry.id);
  await writeRerankSetting('enabled', true);

  async function ask(): Promise<ListedModel | undefined> {
    const placeHolder = 'Choose the model that reads the best results again';
    const chosen = await vscode.window.showQuickPick([...modelItems(listing, isReranker)], { placeHolder, matchOnDetail: true });
    return chosen?.model;
  }
}

import * as vscode from 'vscode';
import { type ListedModel, ListModels } from '../../protocol/models.ts';
import type { CommandHandler } from '../commands/register.ts';
import type { Engine } from '../engine.ts';
import { isAvailable, modelItems } from '../modelCommands/items.ts';
import { elsewhereItems, runsElsewhere } from './elsewhere.ts';
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
  const listing = await engine.request(ListModels, {});
  const isThere =
    runsElsewhere(listing, options.model) ||
    listing.models.some(
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
  const chosen = typeof id === 'string' ? id : await ask();
  if (chosen === undefined) return;
  if (runsElsewhere(listing, chosen)) return use(chosen);
  const model = listing.models.find((one) => one.entry.id === chosen && isReranker(one));
  if (model === undefined) throw new Error(`${chosen} is not a reranker that runs here.`);
  if (model.installed === null) {
    await vscode.commands.executeCommand('quarry.downloadModel', model.entry.id);
    const { models } = await engine.request(ListModels, {});
    if (models.find(({ entry }) => entry.id === model.entry.id)?.installed === null) return;
  }
  await use(model.entry.id);

  async function ask(): Promise<string | undefined> {
    const placeHolder = 'Choose the model that reads the best results again';
    const items: readonly (vscode.QuickPickItem & { readonly id?: string; readonly model?: ListedModel })[] = [
      ...modelItems(listing, isReranker),
      ...(await elsewhereItems(listing)),
    ];
    const item = await vscode.window.showQuickPick([...items], { placeHolder, matchOnDetail: true });
    return item?.id ?? item?.model?.entry.id;
  }
}

async function use(model: string): Promise<void> {
  await writeRerankSetting('model', model);
  await writeRerankSetting('enabled', true);
}

import * as vscode from 'vscode';
import { digestText, filesOf, repositoriesOf } from '../../core/modelCatalogue.ts';
import { sizeText } from '../../core/sizeText.ts';
import { DownloadModel, ImportModel, type ListedModel, ListModels, type ModelListing, RemoveModel } from '../../protocol/models.ts';
import type { CommandHandler } from '../commands/register.ts';
import type { Engine } from '../engine.ts';
import { isAvailable, modelItems } from './items.ts';
import { progressMessage } from './progress.ts';

type ModelCommand = 'downloadModel' | 'importModel' | 'removeModel';

/** The commands about models. An argument, where there is one, is the id of a model; without it the person chooses. */
export function modelCommands(engine: Engine): Readonly<Record<ModelCommand, CommandHandler>> {
  return {
    downloadModel: (id) => downloadModel(engine, id),
    importModel: (id) => importModel(engine, id),
    removeModel: (id) => removeModel(engine, id),
  };
}

async function downloadModel(engine: Engine, id: unknown): Promise<void> {
  const listing = await engine.request(ListModels, {});
  if (listing.offline) {
    const label = 'Open Settings';
    const choice = await vscode.window.showWarningMessage('The offline setting forbids every download.', label);
    if (choice === label) await vscode.commands.executeCommand('workbench.action.openSettings', 'quarry.models');
    return;
  }
  const model = await choose(listing, id, 'Choose a model to download', (one) => isAvailable(one) && one.installed === null);
  if (model === undefined || !(await isAgreed(model, listing.hub))) return;
  const done = await withProgress(engine, model.entry.id, `Downloading ${model.entry.id}`, (token) =>
    engine.request(DownloadModel, { id: model.entry.id }, token),
  );
  if (done) void vscode.window.showInformationMessage(`${model.entry.id} is installed.`);
}

/** Size, licence and source stand before every download. */
async function isAgreed({ entry, size }: ListedModel, hub: string): Promise<boolean> {
  const sources = repositoriesOf(filesOf(entry)).map((repository) => `${hub}/${repository}`);
  const facts = [
    `Size: ${sizeText(size)}`,
    `Licence: ${entry.licence}`,
    `Source: ${sources.join(', ')}`,
    `Digest: ${digestText(filesOf(entry))}`,
  ];
  const detail = [entry.note, '', ...facts].join('\n');
  const yes = 'Download';
  return (await vscode.window.showInformationMessage(`Download ${entry.id}?`, { modal: true, detail }, yes)) === yes;
}

async function importModel(engine: Engine, id: unknown): Promise<void> {
  const listing = await engine.request(ListModels, {});
  const model = await choose(listing, id, 'Choose the model that the folder holds', isAvailable);
  if (model === undefined) return;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: 'Import',
      title: `The folder with ${model.entry.id}`,
    })) ?? [];
  if (folder === undefined) return;
  const params = { id: model.entry.id, folder: folder.fsPath };
  const done = await withProgress(engine, model.entry.id, `Importing ${model.entry.id}`, (token) =>
    engine.request(ImportModel, params, token),
  );
  if (done) void vscode.window.showInformationMessage(`${model.entry.id} is installed.`);
}

async function removeModel(engine: Engine, id: unknown): Promise<void> {
  const listing = await engine.request(ListModels, {});
  const installed = listing.models.filter((one) => one.installed !== null);
  if (installed.length === 0) {
    void vscode.window.showInformationMessage('No model is installed but the one in the package.');
    return;
  }
  const model = await choose(listing, id, 'Choose a model to remove', (one) => one.installed !== null);
  if (model === undefined) return;
  const yes = 'Remove';
  const question = `Remove ${model.entry.id} from this machine?`;
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail: 'It can be downloaded or imported again.' }, yes)) !== yes)
    return;
  await engine.request(RemoveModel, { id: model.entry.id });
  void vscode.window.showInformationMessage(`${model.entry.id} is removed.`);
}

async function choose(
  listing: ModelListing,
  id: unknown,
  placeHolder: string,
  filter: (model: ListedModel) => boolean,
): Promise<ListedModel | undefined> {
  if (typeof id === 'string') {
    const named = listing.models.find(({ entry }) => entry.id === id);
    if (named === undefined || !filter(named)) throw new Error(`${id} is not a model that this can be done with.`);
    return named;
  }
  const items = modelItems(listing, filter);
  if (items.length === 0) throw new Error('Every model that can be downloaded is installed.');
  const chosen = await vscode.window.showQuickPick([...items], { placeHolder, matchOnDescription: true, matchOnDetail: true });
  return chosen?.model;
}

/** Runs with a progress notification that can be cancelled; false when it was. */
async function withProgress(
  engine: Engine,
  id: string,
  title: string,
  action: (token: vscode.CancellationToken) => Promise<unknown>,
): Promise<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    const subscription = engine.onModelProgress((event) => {
      if (event.id !== id || event.total === 0) return;
      const share = (event.bytes / event.total) * 100;
      progress.report({ message: progressMessage(event), increment: Math.max(0, share - shown) });
      shown = Math.max(shown, share);
    });
    try {
      await action(token);
      return true;
    } catch (error) {
      if (token.isCancellationRequested) return false;
      throw error;
    } finally {
      subscription.dispose();
    }
  });
}

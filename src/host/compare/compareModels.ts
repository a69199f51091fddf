import { createHash } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { type ComparedEmbedder, type ComparedEngine, runModels } from '../../client/compareModels.ts';
import { type ComparedQuestion, compareRuns, comparisonText } from '../../core/compare.ts';
import { readQuestions } from '../../core/comparedQuestions.ts';
import { OpenFolder, WaitForIndex } from '../../protocol/engine.ts';
import { ListModels, type ModelListing } from '../../protocol/models.ts';
import { EDITOR_MODEL } from '../../protocol/rerank.ts';
import type { Engine } from '../engine.ts';
import type { Folders } from '../folders/folders.ts';
import { indexDirOf } from '../folders/indexDir.ts';
import { runsElsewhere } from '../rerank/elsewhere.ts';
import { readFolderSettings } from '../settings.ts';

export interface CompareTargets {
  readonly engine: Engine;
  readonly folders: Folders;
  readonly recentQuestions: () => readonly string[];
  /** Absolute path of the folder in which the indexes of the workspace are kept. */
  readonly storage: string;
}

/** What another extension, or a test, may name instead of being asked. */
export interface CompareArguments {
  readonly models?: readonly string[];
  readonly questions?: readonly string[];
}

/** Lets the person choose models and questions, and shows how far they agree, and how good each is, in a document. */
export async function compareModels(targets: CompareTargets, given: CompareArguments = {}): Promise<void> {
  const { engine, folders } = targets;
  if (folders.list().length === 0) throw new Error('Open a folder first: models are compared on its code.');
  const models = given.models ?? (await chooseModels(await engine.request(ListModels, {})));
  if (models === undefined) return;
  if (models.length < 2) throw new Error('Choose two models or more to compare.');
  const questions = given.questions?.map((query) => ({ query, targets: [] })) ?? (await chooseQuestions(targets.recentQuestions()));
  if (questions === undefined) return;
  const title = `Comparing ${models.length} models on ${questions.length} questions`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const runs = await vscode.window.withProgress(options, (progress, token) =>
    runModels({
      models,
      questions,
      open: (embedder) => openEngine(embedder, targets),
      onProgress: (model, done, total) => progress.report({ message: `${model}, question ${done + 1} of ${total}` }),
      token,
    }),
  );
  // A run that was cancelled has fewer answers than there are questions.
  const whole = runs.filter(({ answers }) => answers.length === questions.length);
  if (whole.length < 2) return;
  const content = `${comparisonText(compareRuns(questions, whole))}\n`;
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document);
}

async function chooseModels(listing: ModelListing): Promise<readonly string[] | undefined> {
  const items: (vscode.QuickPickItem & { readonly model: string })[] = [
    { model: 'current', label: 'current', description: 'the model that serves now', picked: true },
    { model: 'keyword', label: 'keyword', description: 'words alone' },
  ];
  for (const { entry, installed } of listing.models) {
    const isHere = installed !== null || entry.delivery === 'package';
    if (!isHere && !runsElsewhere(listing, entry.id)) continue;
    items.push({ model: entry.id, label: entry.id, description: entry.role, detail: entry.note });
  }
  const [first] = await vscode.lm.selectChatModels();
  if (first !== undefined) items.push({ model: EDITOR_MODEL, label: "The editor's language models", description: first.name });
  const chosen = await vscode.window.showQuickPick(items, { canPickMany: true, placeHolder: 'Choose two models or more' });
  return chosen?.map(({ model }) => model);
}

async function chooseQuestions(recent: readonly string[]): Promise<readonly ComparedQuestion[] | undefined> {
  const open = vscode.window.activeTextEditor?.document;
  const items: (vscode.QuickPickItem & { readonly read: () => Promise<readonly ComparedQuestion[] | undefined> })[] = [];
  if (recent.length > 0) {
    items.push({
      label: 'Recent questions',
      description: `${recent.length}`,
      read: () => Promise.resolve(recent.map((query) => ({ query, targets: [] }))),
    });
  }
  if (open !== undefined && /\.(jsonl|ndjson|txt)$/.test(open.uri.path)) {
    const name = path.posix.basename(open.uri.path);
    items.push({ label: name, description: 'the open file', read: () => Promise.resolve(readQuestions({ name, text: open.getText() })) });
  }
  items.push({
    label: 'Choose a File',
    detail: 'One question a line, plain or as JSON with "query" and "relevant" places.',
    read: readFile,
  });
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: 'Choose the questions' });
  return chosen?.read();
}

async function readFile(): Promise<readonly ComparedQuestion[] | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ openLabel: 'Compare', title: 'Questions' })) ?? [];
  if (file === undefined) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  return readQuestions({ name: path.posix.basename(file.path), text });
}

/** The running engine for the model that serves; for another one an engine of its own, with indexes beside those of the workspace. */
async function openEngine(embedder: ComparedEmbedder, { engine, folders, storage }: CompareTargets): Promise<ComparedEngine> {
  if (embedder.kind !== 'model') {
    for (const { path: folder } of folders.list()) await engine.request(WaitForIndex, { folder });
    return { request: engine.request, close: () => Promise.resolve() };
  }
  const key = createHash('sha256').update(embedder.id).digest('hex').slice(0, 12);
  const client = engine.another(embedder.id);
  try {
    for (const { uri } of folders.list()) {
      const { files } = readFolderSettings(uri);
      const indexDir = `${indexDirOf(storage, uri.fsPath)}-compare-${key}`;
      const { folder } = await client.request(OpenFolder, { folder: uri.fsPath, indexDir, files, paused: false, index: true });
      const { status } = await client.request(WaitForIndex, { folder });
      if (status.phase === 'failed') throw new Error(status.message);
    }
  } catch (error) {
    await client.stop();
    throw error;
  }
  return { request: client.request, close: () => client.stop() };
}

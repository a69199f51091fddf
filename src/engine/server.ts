import type { MessageConnection } from 'vscode-jsonrpc';
import type { SkippedFile } from '../core/files.ts';
import { explainFile } from '../files/explain.ts';
import { scanFolder } from '../files/scan.ts';
import { NoteTyping } from '../protocol/editors.ts';
import type { ChatOptions } from '../protocol/endpoints.ts';
import {
  CloseFolder,
  type EngineOptions,
  ErrorCode,
  ExplainFile,
  type FileListing,
  FilesChanged,
  GetStatus,
  Initialize,
  ListFiles,
  LogLine,
  OpenFolder,
  Pause,
  Rebuild,
  Resume,
  Search,
  StatusChanged,
  WaitForIndex,
} from '../protocol/engine.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import { inspectEarly, StoreDamagedError } from '../store/index.ts';
import { wouldServe } from './chooseEmbedder.ts';
import { serveEditors } from './editors.ts';
import { engineError } from './errors.ts';
import { FolderIndex } from './folderIndex.ts';
import { createFolders, type OpenFolderState } from './folders.ts';
import { serveHealth } from './health.ts';
import { keepLimits, type Limits } from './limits.ts';
import { clearLoadingMarks, forgetDeaths, markFolder } from './loadingMark.ts';
import { registerModels } from './models.ts';
import { editorModels } from './rerank/editorModels.ts';
import { serveReranking } from './rerank/serve.ts';
import { search } from './searcher.ts';
import { type EngineServices, startServices } from './services.ts';
import { statusTeller } from './tellStatus.ts';
import { createTyping } from './typing.ts';

/** Answers every request of the protocol over one connection. `close` ends all folders in order. */
export function serveEngine(connection: MessageConnection, version: string): { close(): Promise<void> } {
  let services: Promise<EngineServices> | undefined;
  let limits: Limits | undefined;
  const statuses = statusTeller((status) => void connection.sendNotification(StatusChanged, status));
  let embedder: EmbedderOptions | undefined;
  const models = registerModels(connection, async (id) => {
    const folder = models.library()?.folder;
    if (folder !== undefined) await forgetDeaths(markFolder(folder, id));
    if (folders.now().length === 0 || !wouldServe(id, embedder)) return;
    // First the answer to whoever installed or removed it.
    setImmediate(() => void limits?.restart(`${id} was installed or removed: the engine starts anew.`));
  });
  let isSafe = false;
  let chat: ChatOptions | undefined;
  const reranking = serveReranking(connection, {
    library: () => (isSafe ? undefined : models.library()),
    elsewhere: {
      chat: () => chat,
      network: models.network,
      editor: editorModels(connection, () => models.network().offline),
      pace: new Map(),
    },
  });

  const typing = createTyping();
  const events = {
    isTyping: typing.isTyping,
    onStatus: statuses.tell,
    log: (level: 'info' | 'warn' | 'error', message: string) => void connection.sendNotification(LogLine, { level, message }),
  };

  const started = (): Promise<EngineServices> => {
    if (services === undefined) throw engineError(ErrorCode.NotOpen, 'The engine was not initialised.');
    return services;
  };
  const folders = createFolders(async (folder, params) => {
    // Before the embedder is there: both take their time.
    const inspect = inspectEarly(params.indexDir);
    const index = new FolderIndex(folder, params, await started(), { ...events, inspect });
    limits?.opened(index);
    return index;
  });
  const indexOf = async (folder: string): Promise<FolderIndex> => (await folders.get(folder)).index;

  connection.onRequest(Initialize, (options: EngineOptions) => {
    models.configure(options.models);
    isSafe = options.keywordOnly;
    embedder = options.embedder;
    chat = options.chat;
    const endpoint = options.endpoint && {
      options: options.endpoint,
      network: models.network,
      memory: options.models?.dir,
      onUsable: () => void limits?.restart('The embedding server can be used now: the engine starts anew with it.'),
    };
    services ??= startServices(
      options,
      { log: (sentence) => events.log('warn', sentence), onUnusable: (sentence) => void limits?.restart(sentence) },
      endpoint,
    );
    // Whoever asks for the services is told; until then nobody has to hear of it.
    services.catch(() => undefined);
    limits ??= keepLimits(connection, options, () => folders.now().map(({ index }) => index));
    return { pid: process.pid, node: process.version, version };
  });

  connection.onRequest(OpenFolder, async (params) => (await folders.open(params)).status());
  connection.onRequest(CloseFolder, ({ folder }) => folders.close(folder));

  connection.onRequest(Search, async (request, token) => {
    const states = await (request.folders === undefined ? folders.all() : Promise.all(request.folders.map(folders.get)));
    const indexes = states.map(({ index }) => index);
    try {
      return await search(indexes, await started(), reranking, request, token);
    } catch (error) {
      if (!(error instanceof StoreDamagedError)) throw error;
      throw engineError(ErrorCode.IndexDamaged, 'The index was damaged and is being rebuilt: ask again in a moment.');
    }
  });

  connection.onRequest(GetStatus, async ({ folder }) => (await indexOf(folder)).status());
  connection.onRequest(WaitForIndex, async ({ folder }) => (await indexOf(folder)).settled());
  connection.onRequest(FilesChanged, async ({ folder, paths }) => (await indexOf(folder)).changed(paths));
  connection.onRequest(NoteTyping, typing.note);
  connection.onRequest(Pause, async ({ folder }) => (await indexOf(folder)).pause());
  connection.onRequest(Resume, async ({ folder }) => (await indexOf(folder)).resume());
  connection.onRequest(Rebuild, async ({ folder }) => (await indexOf(folder)).rebuild());
  connection.onRequest(ExplainFile, async ({ folder, path }) => {
    const { index, params } = await folders.get(folder);
    const verdict = await explainFile(index.folder, path, params.files);
    return withLedger(index, verdict);
  });
  connection.onRequest(ListFiles, async ({ folder }) => listFiles(await folders.get(folder)));
  serveEditors(connection, { folders, services: started });
  serveHealth(connection, { folders, listFiles, services: started, library: models.library });

  return {
    close: async () => {
      statuses.close();
      models.close();
      await clearLoadingMarks();
      reranking.close();
      await folders.closeAll();
    },
  };
}

/** What was found on reading a file (binary, minified, failed) is in the ledger and not in its name. */
function withLedger(index: FolderIndex, verdict: Awaited<ReturnType<typeof explainFile>>): Awaited<ReturnType<typeof explainFile>> {
  const entry = index.ledger.get(verdict.path);
  if (!verdict.indexed || entry?.state === 'indexed') return verdict;
  if (entry === undefined)
    return { path: verdict.path, indexed: false, sentence: `\`${verdict.path}\` belongs to the index, and is not in it yet.` };
  if (entry.state === 'failed') {
    return {
      path: verdict.path,
      indexed: false,
      sentence: `\`${verdict.path}\` is not indexed: ${entry.error} (${entry.attempts} attempts).`,
    };
  }
  const reason = entry.skipReason === '' ? {} : { reason: entry.skipReason };
  return {
    path: verdict.path,
    indexed: false,
    ...reason,
    sentence: `\`${verdict.path}\` is not indexed: it is ${entry.skipReason} (${entry.error}).`,
  };
}

/** What a pass would index now; it reads names and rules only, so it works before the first index as well. */
async function listFiles({ index, params }: OpenFolderState): Promise<FileListing> {
  const { files, skipped } = await scanFolder(index.folder, params.files);
  const failed: { path: string; message: string; attempts: number }[] = [];
  const byContent: SkippedFile[] = [];
  const indexed: string[] = [];
  for (const { path } of files) {
    const entry = index.ledger.get(path);
    if (entry?.state === 'failed') failed.push({ path, message: entry.error, attempts: entry.attempts });
    else if (entry?.state === 'skipped' && entry.skipReason !== '') byContent.push({ path, reason: entry.skipReason, detail: entry.error });
    else indexed.push(path);
  }
  return { indexed, skipped: [...skipped, ...byContent].sort((a, b) => (a.path < b.path ? -1 : 1)), failed };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc';
import { type ModelEntry, sizeOf } from '../core/modelCatalogue.ts';
import { CATALOGUE, findModel } from '../models/catalogue.ts';
import { ModelFilesError } from '../models/checkFiles.ts';
import { type ModelLibrary, openLibrary } from '../models/library.ts';
import { suggestReranker } from '../models/suggestReranker.ts';
import { CancelledError, fromDisk, NetworkError } from '../network/errors.ts';
import type { NetworkSettings } from '../network/open.ts';
import { ErrorCode } from '../protocol/engine.ts';
import {
  ConfigureModels,
  DownloadModel,
  ImportModel,
  type ListedModel,
  ListModels,
  type ModelOptions,
  ModelProgress,
  type ModelProgressEvent,
  type ModelVerdict,
  RemoveModel,
  VerifyModels,
} from '../protocol/models.ts';
import { availableBytes } from './availableBytes.ts';
import { engineError } from './errors.ts';
import { latest } from './latest.ts';
import { MAIN_EMBEDDER } from './localEmbedders.ts';
import { downloadModel, hubAt } from './modelDownload.ts';
import { takeWriterLock } from './writerLock.ts';

/** A face is told this often how far a download is. */
const PROGRESS_MS = 100;

/** The requests about models. `configure` takes the options of the first call; `close` ends downloads, whose parts stay. */
export interface ModelRequests {
  configure(options: ModelOptions | undefined): void;
  /** Whether and how the network may be used now. */
  network(): NetworkSettings;
  /** Undefined while there is no folder for models. */
  library(): ModelLibrary | undefined;
  close(): void;
}

/** `changed` is told of every model that was installed or removed. */
export function registerModels(connection: MessageConnection, changed: (id: string) => Promise<void>): ModelRequests {
  let options: ModelOptions | undefined;
  const running = new Map<string, AbortController>();

  const wanted = (): ModelOptions => {
    if (options === undefined) throw engineError(ErrorCode.NotOpen, 'This engine was started without a folder for models.');
    return options;
  };
  const library = (): ModelLibrary => openLibrary(wanted().dir);

  /** One change a model at a time, in this process and in others. */
  async function alone<T>(id: string, token: CancellationToken, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (running.has(id)) throw engineError(ErrorCode.ModelFiles, `${id} is being installed already.`);
    const controller = new AbortController();
    running.set(id, controller);
    const subscription = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      const result = await locked(wanted().dir, id, () => action(controller.signal));
      await changed(id);
      return result;
    } catch (error) {
      throw controller.signal.aborted && !(error instanceof NetworkError) ? answerOf(new CancelledError()) : answerOf(error);
    } finally {
      subscription.dispose();
      running.delete(id);
    }
  }

  function configure(next: ModelOptions | undefined): void {
    options = next;
    if (next?.offline === true) for (const controller of running.values()) controller.abort();
  }

  connection.onRequest(ConfigureModels, configure);
  connection.onRequest(ListModels, async (params) => {
    const { dir, offline, mirror } = wanted();
    const installed = new Map((await library().listInstalled()).map((model) => [model.id, model]));
    const models = CATALOGUE.map((entry): ListedModel => {
      const files = [...entry.files, ...(entry.variants[0]?.files ?? [])];
      return { entry, size: sizeOf(files), installed: installed.get(entry.id) ?? null };
    });
    const embedder = params.embedder ?? (installed.has(MAIN_EMBEDDER) ? MAIN_EMBEDDER : 'bundled');
    const reranker = suggestReranker(embedder, params.device ?? 'cpu', params.memoryBytes ?? availableBytes()) ?? null;
    return { dir, offline, hub: hubAt(mirror), models, reranker };
  });
  connection.onRequest(DownloadModel, ({ id, dtype }, token) => {
    const entry = downloadable(id);
    if (dtype !== undefined && !entry.variants.some((one) => one.dtype === dtype))
      throw engineError(ErrorCode.UnknownModel, `${id} comes in ${entry.variants.map((one) => one.dtype).join(', ')} and not in ${dtype}.`);
    const progress = latest<ModelProgressEvent>(PROGRESS_MS, (event) => void connection.sendNotification(ModelProgress, event));
    return alone(id, token, async (signal) => {
      try {
        return await downloadModel({ library: library(), entry, dtype, options: wanted(), signal, tell: progress.tell });
      } finally {
        progress.flush();
      }
    });
  });
  connection.onRequest(ImportModel, ({ id, folder }, token) => {
    const entry = downloadable(id);
    return alone(id, token, (signal) => library().importFolder(entry, folder, signal));
  });
  connection.onRequest(RemoveModel, ({ id }, token) => {
    known(id);
    return alone(id, token, async () => ({ removed: await library().remove(id) }));
  });
  connection.onRequest(VerifyModels, async ({ id }, token) => {
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => controller.abort());
    try {
      const ids = id === undefined ? (await library().listInstalled()).map((model) => model.id) : [known(id).id];
      const verdicts: ModelVerdict[] = [];
      for (const one of ids) {
        const files = await library().verify(one, controller.signal);
        if (files !== undefined) verdicts.push({ id: one, files });
      }
      return verdicts;
    } catch (error) {
      throw answerOf(error);
    } finally {
      subscription.dispose();
    }
  });

  return {
    configure,
    network: () => ({ offline: options?.offline ?? false, proxy: options?.proxy ?? '' }),
    library: () => (options === undefined ? undefined : openLibrary(options.dir)),
    close() {
      for (const controller of running.values()) controller.abort();
    },
  };
}

async function locked<T>(dir: string, id: string, action: () => Promise<T>): Promise<T> {
  const locks = join(dir, '.locks', id.replace('/', '--'));
  const lock = await mkdir(locks, { recursive: true })
    .then(() => takeWriterLock(locks))
    .catch((error: unknown) => {
      throw fromDisk(error, dir);
    });
  if (lock === undefined) throw engineError(ErrorCode.ModelFiles, `${id} is being installed by another window or command.`);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

function known(id: string): ModelEntry {
  const entry = findModel(id);
  if (entry === undefined) throw engineError(ErrorCode.UnknownModel, `Quarry knows no model ${id}.`);
  return entry;
}

function downloadable(id: string): ModelEntry {
  const entry = known(id);
  if (entry.delivery === 'package') throw engineError(ErrorCode.UnknownModel, `${id} is in the package: there is nothing to install.`);
  if (entry.delivery === 'server')
    throw engineError(ErrorCode.UnknownModel, `${id} is too large to run inside an editor: it is used through a server of yours.`);
  return entry;
}

/** What crosses to the faces: a code and one sentence. */
function answerOf(error: unknown): unknown {
  if (error instanceof NetworkError) return engineError(ErrorCode.DownloadFailed, error.message);
  if (error instanceof ModelFilesError) return engineError(ErrorCode.ModelFiles, error.message);
  if (error instanceof Error && 'errno' in error)
    return engineError(ErrorCode.ModelFiles, fromDisk(error, 'The folder for models').message);
  return error;
}

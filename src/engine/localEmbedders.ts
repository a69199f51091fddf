import { join } from 'node:path';
import type { InstalledModel } from '../core/installedModel.ts';
import type { EmbedderEntry, ModelDtype } from '../core/modelCatalogue.ts';
import { findModel } from '../models/catalogue.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import type { EmbedService } from './embedService.ts';
import { messageOf } from './errors.ts';
import { embedderKey } from './fingerprint.ts';
import { markLoading } from './loadingMark.ts';
import { startWorker, type WorkerConnection } from './worker.ts';
import { DescribeEmbedder, EmbedTexts, type EmbedWorkerData, ReleaseEmbedder } from './workerProtocol.ts';

/** The embedder that is chosen when it is installed and nothing else is asked for. */
export const MAIN_EMBEDDER = 'nomic-ai/CodeRankEmbed';
const BUNDLED = 'bundled';
/** An embedder that only answers for an older index gives its memory back when nobody has asked for so long. */
const OLDER_IDLE_MS = 120_000;
/** After the first death a model is tried again, on the CPU; a process may have died of something else at that moment. */
const DEATHS_ALLOWED = 1;

/** The embedders that run on this machine, each on a thread of its own. */
export interface LocalEmbedders {
  bundled(): Promise<EmbedService>;
  /** The installed model that the options ask for; undefined when that is the bundled one. Throws one sentence when it cannot serve. */
  chosen(): Promise<EmbedService | undefined>;
  /** The embedder with this key, loaded for questions to an index that it made; undefined when it cannot be had. */
  withKey(key: string): Promise<EmbedService | undefined>;
}

export interface LocalParts {
  readonly mediaDir: string;
  readonly options: EmbedderOptions;
  /** Undefined where no models can be installed. */
  readonly library: ModelLibrary | undefined;
}

export function createLocalEmbedders(parts: LocalParts): LocalEmbedders {
  const { mediaDir, options } = parts;
  const start = (data: EmbedWorkerData) => () => startWorker('embedWorker', data);
  const onOwnThread = async (id: string, dtype?: ModelDtype, idleMs?: number): Promise<EmbedService> => {
    const { entry, installed, library } = await find(parts.library, id);
    const mark = await markLoading(join(library.folder, '.loading', id.replace('/', '--')));
    if (mark.deaths > DEATHS_ALLOWED) {
      await mark.leave();
      throw new Error(`The engine ended ${mark.deaths} times while it loaded ${id}; it is tried again in an hour.`);
    }
    // A graphics card's driver is what ends a process most easily.
    const wish = mark.deaths === 0 ? options.device : 'cpu';
    const model = { entry, folder: library.folderOf(id), files: installed.files, wish, ...(dtype === undefined ? {} : { dtype }) };
    try {
      return await onThread(start({ mediaDir, model }), idleMs);
    } catch (error) {
      throw new Error(`${id} cannot be loaded: ${messageOf(error)}.`);
    } finally {
      await mark.done();
    }
  };
  return {
    bundled: () => onThread(start({ mediaDir })),
    async chosen() {
      if (options.model === BUNDLED) return undefined;
      if (options.model !== 'auto') return onOwnThread(options.model);
      return (await parts.library?.find(MAIN_EMBEDDER)) === undefined ? undefined : onOwnThread(MAIN_EMBEDDER);
    },
    async withKey(key) {
      const [id = '', , dtype] = key.split(' ');
      try {
        const service =
          id === BUNDLED ? await onThread(start({ mediaDir })) : await onOwnThread(id, dtype as ModelDtype | undefined, OLDER_IDLE_MS);
        return embedderKey(service.info) === key ? service : undefined;
      } catch {
        // Removed, replaced or broken since: the older index answers by words.
        return undefined;
      }
    },
  };
}

async function find(
  library: ModelLibrary | undefined,
  id: string,
): Promise<{ readonly entry: EmbedderEntry; readonly installed: InstalledModel; readonly library: ModelLibrary }> {
  const entry = findModel(id);
  if (entry?.role !== 'embedder') throw new Error(`Quarry knows no embedder ${id}.`);
  if (entry.delivery !== 'download') throw new Error(`${id} does not run on this machine.`);
  const installed = await library?.find(id);
  if (library === undefined || installed === undefined) throw new Error(`${id} is not installed.`);
  return { entry, installed, library };
}

/** An embedder on a thread, which is replaced when it dies, and ends by itself when nobody has asked for `idleMs`. */
export async function onThread(start: () => WorkerConnection, idleMs?: number): Promise<EmbedService> {
  let current: { readonly worker: WorkerConnection; readonly ready: ReturnType<typeof describe> } | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asking = 0;
  const thread = () => {
    if (current !== undefined) return current;
    const worker = start();
    const started = { worker, ready: describe(worker) };
    current = started;
    void worker.gone.then(() => {
      if (current === started) current = undefined;
    });
    return started;
  };
  const { info, reason } = await thread().ready;
  const key = embedderKey(info);
  const rest = () => {
    if (idleMs === undefined || asking > 0) return;
    idle = setTimeout(() => {
      // Out of sight first: whoever asks from now on starts another thread.
      const left = current;
      current = undefined;
      if (left !== undefined) void release(left.worker);
    }, idleMs);
    idle.unref();
  };
  rest();
  return {
    info,
    note: () => reason,
    async embed(texts, side, token, urgent) {
      clearTimeout(idle);
      asking++;
      try {
        const { worker, ready } = thread();
        const { info: now } = await ready;
        // A graphics card may be gone since: other weights make other vectors, and those must not meet in one index.
        if (embedderKey(now) !== key) throw new Error(`${info.id} would compute other vectors now: restart the engine.`);
        return await worker.connection.sendRequest(EmbedTexts, { texts, side, urgent: urgent ?? side === 'query' }, token);
      } finally {
        asking--;
        rest();
      }
    },
  };
}

async function describe(worker: WorkerConnection) {
  try {
    return await worker.connection.sendRequest(DescribeEmbedder);
  } catch (error) {
    // A thread without an embedder is of no use.
    void release(worker);
    throw error;
  }
}

/** Asks a thread to free its model and to end. */
async function release({ connection }: WorkerConnection): Promise<void> {
  try {
    await connection.sendRequest(ReleaseEmbedder);
  } catch {
    // It has ended already.
  }
}

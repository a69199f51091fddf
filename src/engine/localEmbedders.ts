import type { InstalledModel } from '../core/installedModel.ts';
import type { EmbedderEntry, ModelDtype } from '../core/modelCatalogue.ts';
import { findModel } from '../models/catalogue.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import { availableBytes } from './availableBytes.ts';
import { startChild } from './childProcess.ts';
import type { EmbedService } from './embedService.ts';
import { messageOf } from './errors.ts';
import { embedderKey } from './fingerprint.ts';
import { type EmbedPlace, keepEmbedder } from './keptEmbedder.ts';
import { markFolder, markLoading } from './loadingMark.ts';
import { checkMemory, smallestGraph } from './modelMemory.ts';
import { startWorker } from './worker.ts';

/** The embedder that is chosen when it is installed and nothing else is asked for. */
export const MAIN_EMBEDDER = 'nomic-ai/CodeRankEmbed';
const BUNDLED = 'bundled';
/** An embedder that only answers for an older index gives its memory back when nobody has asked for so long. */
const OLDER_IDLE_MS = 120_000;
/** After the first death a model is tried again, on the CPU; a process may have died of something else at that moment. */
const DEATHS_ALLOWED = 1;

/** The embedders that run on this machine: the bundled one on a thread, an installed one in a process, whose end harms nothing else. */
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
  readonly events: EmbedderEvents;
  /** For tests. */
  readonly memory?: () => number;
  readonly startProcess?: () => EmbedPlace;
}

export interface EmbedderEvents {
  log(sentence: string): void;
  /** The embedder that serves cannot go on; the next engine finds another one. */
  onUnusable(sentence: string): void;
}

export function createLocalEmbedders(parts: LocalParts): LocalEmbedders {
  const { mediaDir, options, events } = parts;
  const bundled = (): Promise<EmbedService> =>
    keepEmbedder({
      start: () => ({ ...startWorker('embedWorker', { mediaDir }), kill: () => undefined }),
      source: () => null,
      // Whoever asks next gets another thread.
      onDeath: (how) => Promise.reject(new Error(`The thread of the embedder ${how}`)),
      onOther: () => undefined,
    });
  const installed = async (id: string, dtype?: ModelDtype, idleMs?: number): Promise<EmbedService> => {
    const { entry, installed: model, library } = await find(parts.library, id);
    const mark = await markLoading(markFolder(library.folder, id));
    let { deaths } = mark;
    let isServing = false;
    const refused = (): string => `${id} ended ${deaths} times within an hour: it is tried again later, or when it is installed anew`;
    try {
      if (deaths > DEATHS_ALLOWED) throw new Error(refused());
      checkMemory(id, smallestGraph(model.files), (parts.memory ?? availableBytes)());
      const service = await keepEmbedder({
        idleMs,
        start: () => {
          if (deaths > DEATHS_ALLOWED) throw new Error(refused());
          return (parts.startProcess ?? (() => startChild('embedProcess')))();
        },
        source: () => ({
          entry,
          folder: library.folderOf(id),
          files: model.files,
          // A graphics card's driver is what ends a process most easily.
          wish: deaths === 0 ? options.device : 'cpu',
          ...(dtype === undefined ? {} : { dtype }),
        }),
        async onDeath(how) {
          deaths = await mark.died();
          events.log(`The process of ${id} ${how}.`);
          if (deaths <= DEATHS_ALLOWED) return;
          if (isServing) events.onUnusable(`${refused()}.`);
          throw new Error(`${refused()}. The last time its process ${how}`);
        },
        onOther: () => events.onUnusable(`${id} runs on another device now: the engine starts anew.`),
      });
      isServing = true;
      return service;
    } catch (error) {
      const sentence = `${messageOf(error).replace(/\.$/, '')}.`;
      throw new Error(sentence.startsWith(id) ? sentence : `${id} cannot be loaded: ${sentence}`);
    } finally {
      await mark.done();
    }
  };
  return {
    bundled,
    async chosen() {
      if (options.model === BUNDLED) return undefined;
      if (options.model !== 'auto') return installed(options.model);
      return (await parts.library?.find(MAIN_EMBEDDER)) === undefined ? undefined : installed(MAIN_EMBEDDER);
    },
    async withKey(key) {
      const [id = '', , dtype] = key.split(' ');
      try {
        const service = id === BUNDLED ? await bundled() : await installed(id, dtype as ModelDtype | undefined, OLDER_IDLE_MS);
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

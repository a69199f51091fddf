import { openLibrary } from '../models/library.ts';
import { type EngineOptions, ErrorCode } from '../protocol/engine.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import { withCache } from './embeddingCache.ts';
import type { EmbedService } from './embedService.ts';
import { awaitEndpoint, type EndpointSource, openEndpointEmbedder } from './endpointEmbedder.ts';
import { engineError, messageOf } from './errors.ts';
import { embedderKey } from './fingerprint.ts';
import { createLocalEmbedders, type EmbedderEvents, MAIN_EMBEDDER } from './localEmbedders.ts';

export interface ChosenEmbedder {
  /** Undefined in keyword-only mode and when no embedder can be loaded; `problem` then says why. */
  readonly embedder: EmbedService | undefined;
  readonly problem: string;
  /** The embedder that made an older index; undefined when it cannot be had. */
  withKey(key: string): Promise<EmbedService | undefined>;
}

const DEFAULT: EmbedderOptions = { model: 'auto', device: 'auto', required: false };

/** Whether a model, once it is installed, is the one that these options ask for. */
export function wouldServe(id: string, { model }: EmbedderOptions = DEFAULT): boolean {
  return model === 'auto' ? id === MAIN_EMBEDDER : id === model;
}

/**
 * The embedder that serves: the server that is set, else the installed model that is asked for, else the bundled one, which also takes
 * the place of one that cannot be had, with a note that says why. Throws one sentence when that is not wanted.
 */
export async function chooseEmbedder(options: EngineOptions, events: EmbedderEvents, endpoint?: EndpointSource): Promise<ChosenEmbedder> {
  const { mediaDir, keywordOnly, models, embeddings } = options;
  const wanted = options.embedder ?? DEFAULT;
  const library = models === undefined ? undefined : openLibrary(models.dir);
  const local = createLocalEmbedders({ mediaDir, options: wanted, library, events });
  const cached = (service: EmbedService): EmbedService => (embeddings === undefined ? service : withCache(service, embeddings));
  const serving = (embedder: EmbedService): ChosenEmbedder => ({
    embedder,
    problem: '',
    withKey: async (key) => (embedderKey(embedder.info) === key ? embedder : local.withKey(key)),
  });

  if (keywordOnly) return withoutEmbedder('Keyword search only: the engine stopped several times in a row.');
  let unused = '';
  try {
    const service = endpoint === undefined ? await local.chosen() : await openEndpointEmbedder(endpoint);
    if (service !== undefined) return serving(cached(service));
  } catch (error) {
    const required = endpoint?.options.required ?? wanted.required;
    unused = endpoint === undefined ? messageOf(error) : `The embedding server cannot be used: ${messageOf(error)}`;
    if (required) throw engineError(endpoint === undefined ? ErrorCode.ModelFiles : ErrorCode.EndpointFailed, unused);
    if (endpoint !== undefined) awaitEndpoint(endpoint);
  }
  try {
    const bundled = await local.bundled();
    return serving(unused === '' ? bundled : { ...bundled, note: () => `${unused} The bundled model serves in its place.` });
  } catch (error) {
    return withoutEmbedder(`Keyword search only: the embedding model could not be loaded (${messageOf(error)}).`);
  }
}

function withoutEmbedder(problem: string): ChosenEmbedder {
  return { embedder: undefined, problem, withKey: () => Promise.resolve(undefined) };
}

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { EmbedSide } from '../core/embedder.ts';
import { whereCodeGoes } from '../core/endpoints/address.ts';
import { findModel } from '../models/catalogue.ts';
import type { EmbeddingServer } from '../network/embeddingServer.ts';
import type { NetworkSettings } from '../network/open.ts';
import type { EndpointOptions } from '../protocol/endpoints.ts';
import type { EmbedService } from './embedService.ts';

export interface EndpointSource {
  readonly options: EndpointOptions;
  readonly network: () => NetworkSettings;
  /** Folder in which the dimension of each server is kept, so that a start needs no connection; undefined keeps none. */
  readonly memory: string | undefined;
  /** Called when a server that could not be used at the start can be used; the engine takes it with its next start. */
  readonly onUsable: () => void;
}

/** A server that has never answered gets this long at the start: a model that has to be loaded first takes a while. */
const FIRST_ANSWER_MS = 20_000;
/** After a failed question the next ones are answered by keywords at once, so that nobody waits at every key. */
const REST_MS = 15_000;
/** A server that could not be used at the start is looked for this often. */
const LOOK_MS = 60_000;
const FIRST_TEXT = 'function add(a, b) { return a + b }';
/** The store wants a multiple of it; zeros at the end leave every cosine as it is. */
const MULTIPLE = 8;

/** A server as an embedder. Throws one sentence when it has never been asked before and cannot be asked now. */
export async function openEndpointEmbedder({ options, network, memory }: EndpointSource): Promise<EmbedService> {
  const { createEmbeddingServer } = await import('../network/embeddingServer.ts');
  const { api, model, queryPrefix, documentPrefix } = options;
  const file = (name: string) => (memory === undefined ? undefined : join(memory, 'endpoints', `${name}.json`));
  const server = (dimension: number | undefined) => createEmbeddingServer({ ...options, choice: options, dimension, settings: network });
  const { url } = server(undefined);
  const revision = createHash('sha256')
    .update(JSON.stringify([api, url.href, model, queryPrefix, documentPrefix]))
    .digest('hex')
    .slice(0, 16);
  const known = await readDimension(file(revision));
  const ready = server(known);
  if (known === undefined) {
    await ready.embed([FIRST_TEXT], 'document', AbortSignal.timeout(FIRST_ANSWER_MS));
    await keepDimension(file(revision), ready.dimension());
  }
  const given = ready.dimension() ?? MULTIPLE;
  const dimension = Math.ceil(given / MULTIPLE) * MULTIPLE;
  return {
    info: {
      id: model === '' ? url.host : model,
      revision,
      dimension,
      maxTokens: 8192,
      device: url.host,
      dtype: 'server',
      fusion: fusionOfServers(),
    },
    ...embedding(ready, dimension),
  };
}

/** Looks for a server until it can be used. */
export function awaitEndpoint(source: EndpointSource): void {
  const timer = setTimeout(() => {
    openEndpointEmbedder(source).then(
      () => source.onUsable(),
      () => awaitEndpoint(source),
    );
  }, LOOK_MS);
  timer.unref();
}

function embedding(server: EmbeddingServer, dimension: number): Pick<EmbedService, 'embed' | 'note'> {
  let failure = '';
  let restUntil = 0;
  let refused = 0;
  const embed = async (texts: readonly string[], side: EmbedSide, token?: CancellationToken): Promise<Float32Array> => {
    if (side === 'query' && performance.now() < restUntil) throw new Error(failure);
    const controller = new AbortController();
    const subscription = token?.onCancellationRequested(() => controller.abort());
    const rows = new Float32Array(texts.length * dimension);
    try {
      const vectors = await server.embed(texts, side, controller.signal);
      vectors.forEach((vector, row) => {
        if (vector !== null) rows.set(vector, row * dimension);
        else if ((texts[row] ?? '').trim() !== '') refused++;
      });
      failure = '';
      restUntil = 0;
    } catch (error) {
      if (!controller.signal.aborted) {
        failure = error instanceof Error ? error.message : String(error);
        if (side === 'query') restUntil = performance.now() + REST_MS;
        throw error;
      }
    } finally {
      subscription?.dispose();
    }
    return rows;
  };
  const note = (): string =>
    [
      whereCodeGoes(server.url),
      failure === '' ? '' : `The last request failed: ${failure}`,
      refused === 0
        ? ''
        : `${refused === 1 ? 'One text was' : `${refused} texts were`} refused there and ${refused === 1 ? 'is' : 'are'} found by words only.`,
    ]
      .filter((sentence) => sentence !== '')
      .join(' ');
  return { embed, note };
}

function fusionOfServers() {
  const entry = findModel('endpoint');
  return entry?.role === 'embedder' ? entry.fusion : ({ form: 'convex', keyword: 1, dense: 1 } as const);
}

async function readDimension(file: string | undefined): Promise<number | undefined> {
  if (file === undefined) return undefined;
  try {
    const { dimension } = JSON.parse(await readFile(file, 'utf8')) as { readonly dimension?: unknown };
    return typeof dimension === 'number' && Number.isInteger(dimension) && dimension > 0 ? dimension : undefined;
  } catch {
    // Never asked before, or not readable: the server tells.
    return undefined;
  }
}

async function keepDimension(file: string | undefined, dimension: number | undefined): Promise<void> {
  if (file === undefined || dimension === undefined) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.${process.pid}`, JSON.stringify({ dimension }));
    await rename(`${file}.${process.pid}`, file);
  } catch {
    // The next start asks the server again.
  }
}

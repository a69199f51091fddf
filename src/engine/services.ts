import type { EngineOptions } from '../protocol/engine.ts';
import { isLostConnection } from '../protocol/lostConnection.ts';
import { chooseEmbedder } from './chooseEmbedder.ts';
import type { EmbedService } from './embedService.ts';
import type { EndpointSource } from './endpointEmbedder.ts';
import { messageOf } from './errors.ts';
import type { EmbedderEvents } from './localEmbedders.ts';
import { ordinaryWords } from './ordinaryWords.ts';
import { createTurns, type Turns } from './turns.ts';
import { startWorker, type WorkerConnection } from './worker.ts';
import { type ChunkDraft, ChunkFiles, ChunkText, type FileDraft, type FileToChunk } from './workerProtocol.ts';

export { messageOf } from './errors.ts';

/** A batch takes a tenth of it: a thread that needs more is stuck in one file, which is then found by name. */
const CHUNK_HEAP_MB = 700;

/** The workers as the rest of the engine sees them; a thread that dies is replaced. */
export interface EngineServices {
  /** `journal` is the file that names what is being parsed; see `suspects.ts`. */
  chunkFiles(folder: string, files: readonly FileToChunk[], maxFileBytes: number, journal: string): Promise<readonly FileDraft[]>;
  chunkText(path: string, text: string): Promise<readonly ChunkDraft[]>;
  /** Undefined in keyword-only mode and when the embedder cannot be loaded; `embedderProblem` then says why. */
  readonly embedder: EmbedService | undefined;
  readonly embedderProblem: string;
  /** Shared by the folders, whose work in the background would else get in each other's way. */
  readonly turns: Turns;
  /** The embedder that an older generation was made with, for as long as that one answers; undefined when it cannot be had. */
  embedderFor(key: string): Promise<EmbedService | undefined>;
  /** Words, in lower case, that are no slip of the keys. */
  ordinaryWords(): ReadonlySet<string>;
  /** Both as in `EngineOptions`. */
  readonly upkeepProcessAbove?: number | undefined;
  readonly crashedPid?: number | undefined;
}

/** `endpoint` is a server that embeds in place of a model on this machine. */
export async function startServices(options: EngineOptions, events: EmbedderEvents, endpoint?: EndpointSource): Promise<EngineServices> {
  const chunkers = replaceable(() => startWorker('chunkWorker', { mediaDir: options.mediaDir }, CHUNK_HEAP_MB));
  const { embedder, problem, withKey } = await chooseEmbedder(options, events, endpoint);
  return {
    chunkFiles: (folder, files, maxFileBytes, journal) => chunkFiles(chunkers, folder, files, maxFileBytes, journal),
    chunkText: (path, text) => chunkers().connection.sendRequest(ChunkText, { path, text }),
    embedder,
    embedderProblem: problem,
    turns: createTurns(),
    embedderFor: withKey,
    ordinaryWords: ordinaryWords(options.mediaDir),
    upkeepProcessAbove: options.upkeepProcessAbove,
    crashedPid: options.crashedPid,
  };
}

/**
 * Chunks a batch. When the thread dies under it, the files are tried one by one in a new thread, so that one file
 * that crashes the parser is found by name and the others are indexed.
 */
async function chunkFiles(
  worker: () => WorkerConnection,
  folder: string,
  files: readonly FileToChunk[],
  maxFileBytes: number,
  journal: string,
): Promise<readonly FileDraft[]> {
  const { connection, gone } = worker();
  try {
    return await connection.sendRequest(ChunkFiles, { folder, files, maxFileBytes, journal });
  } catch (error) {
    const [only] = files;
    if (only === undefined) return [];
    const why = isLostConnection(error) ? await gone : messageOf(error);
    if (files.length === 1) return [{ path: only.path, state: 'failed', error: `the parser stopped on this file (${why})` }];
    const drafts: FileDraft[] = [];
    for (const file of files) drafts.push(...(await chunkFiles(worker, folder, [file], maxFileBytes, journal)));
    return drafts;
  }
}

/** Starts the worker at the first use, and a new one at the next use after it died. */
function replaceable(start: () => WorkerConnection): () => WorkerConnection {
  let current: WorkerConnection | undefined;
  return () => {
    if (current === undefined) {
      const started = start();
      current = started;
      void started.gone.then(() => {
        if (current === started) current = undefined;
      });
    }
    return current;
  };
}

import type { EngineOptions } from '../protocol/engine.ts';
import { chooseEmbedder } from './chooseEmbedder.ts';
import { type ChunkThread, createChunkThread } from './chunkThread.ts';
import type { EmbedService } from './embedService.ts';
import type { EndpointSource } from './endpointEmbedder.ts';
import type { EmbedderEvents } from './localEmbedders.ts';
import { ordinaryWords } from './ordinaryWords.ts';
import { createTurns, type Turns } from './turns.ts';
import { startWorker } from './worker.ts';

export { messageOf } from './errors.ts';

/** A batch takes a tenth of it: a thread that needs more is stuck in one file, which is then found by name. */
const CHUNK_HEAP_MB = 700;

/** The workers as the rest of the engine sees them; a thread that dies is replaced. */
export interface EngineServices extends ChunkThread {
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
  const { embedder, problem, withKey } = await chooseEmbedder(options, events, endpoint);
  return {
    ...createChunkThread(() => startWorker('chunkWorker', { mediaDir: options.mediaDir }, CHUNK_HEAP_MB)),
    embedder,
    embedderProblem: problem,
    turns: createTurns(),
    embedderFor: withKey,
    ordinaryWords: ordinaryWords(options.mediaDir),
    upkeepProcessAbove: options.upkeepProcessAbove,
    crashedPid: options.crashedPid,
  };
}

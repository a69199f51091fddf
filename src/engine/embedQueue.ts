import type { Embedder, EmbedSide } from '../core/embedder.ts';

interface Job {
  readonly texts: readonly string[];
  readonly side: EmbedSide;
  readonly cancelled: () => boolean;
  readonly result: Float32Array;
  done: number;
  readonly resolve: (vectors: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Two lanes before one embedder: questions first, documents in steps between them, each lane in order.
 * A cancelled job settles at once with what it has.
 */
export function createEmbedQueue(embedder: Embedder): {
  embed(texts: readonly string[], side: EmbedSide, cancelled: () => boolean): Promise<Float32Array>;
} {
  const questions: Job[] = [];
  const documents: Job[] = [];
  let running = false;

  async function step(job: Job, lane: Job[]): Promise<void> {
    try {
      const slice = job.side === 'query' ? job.texts : job.texts.slice(job.done, job.done + embedder.step);
      if (!job.cancelled() && slice.length > 0) {
        job.result.set(await embedder.embed(slice, job.side), job.done * embedder.info.dimension);
      }
      job.done += slice.length;
      if (job.cancelled() || job.done >= job.texts.length) {
        lane.shift();
        job.resolve(job.result);
      }
    } catch (error) {
      lane.shift();
      job.reject(error);
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (;;) {
      const lane = questions.length > 0 ? questions : documents;
      const job = lane[0];
      if (job === undefined) break;
      await step(job, lane);
      // Incoming messages are only read when the loop comes around, so a question can overtake here.
      if (documents.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  }

  return {
    embed: (texts, side, cancelled) =>
      new Promise((resolve, reject) => {
        const result = new Float32Array(texts.length * embedder.info.dimension);
        (side === 'query' ? questions : documents).push({ texts, side, cancelled, result, done: 0, resolve, reject });
        void run();
      }),
  };
}

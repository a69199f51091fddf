import type { Embedder, EmbedSide } from '../core/embedder.ts';

interface Job {
  readonly texts: readonly string[];
  readonly side: EmbedSide;
  readonly urgent: boolean;
  readonly cancelled: () => boolean;
  readonly result: Float32Array;
  done: number;
  readonly resolve: (vectors: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** `urgent` for what a person waits for: a question, and code that others like it are searched for. */
export interface EmbedOrder {
  readonly side: EmbedSide;
  readonly urgent: boolean;
}

/**
 * Two lanes before one embedder: what is urgent first, the rest in steps between, each lane in order.
 * A cancelled job settles at once with what it has.
 */
export function createEmbedQueue(embedder: Embedder): {
  embed(texts: readonly string[], order: EmbedOrder, cancelled: () => boolean): Promise<Float32Array>;
} {
  const urgentJobs: Job[] = [];
  const documents: Job[] = [];
  let running = false;

  async function step(job: Job, lane: Job[]): Promise<void> {
    try {
      const slice = job.urgent ? job.texts : job.texts.slice(job.done, job.done + embedder.step);
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
      const lane = urgentJobs.length > 0 ? urgentJobs : documents;
      const job = lane[0];
      if (job === undefined) break;
      await step(job, lane);
      // A question can overtake here. One turn of the loop reads its message, and another one hands it over.
      for (let turn = 0; turn < 2 && documents.length > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
  }

  return {
    embed: (texts, { side, urgent }, cancelled) =>
      new Promise((resolve, reject) => {
        const result = new Float32Array(texts.length * embedder.info.dimension);
        (urgent ? urgentJobs : documents).push({ texts, side, urgent, cancelled, result, done: 0, resolve, reject });
        void run();
      }),
  };
}

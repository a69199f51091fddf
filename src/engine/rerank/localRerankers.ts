import { CancellationTokenSource } from 'vscode-jsonrpc';
import type { Reranker, RerankJob } from '../../core/rerank/reranker.ts';
import type { OpenReranker } from '../../inference/rerank/open.ts';
import { memoryNeeded } from '../../models/suggestReranker.ts';
import { messageOf } from '../services.ts';
import type { WorkerConnection } from '../worker.ts';
import type { CrashMarks } from './crashMarks.ts';
import { type LoadedReranker, LoadReranker, ReadPairs, ReleaseReranker } from './messages.ts';

/** A model to load. */
export interface LocalModel extends OpenReranker {
  /** Changes whenever the same pair may get another score. */
  readonly key: string;
  readonly weightBytes: number;
}

export interface LocalRerankers {
  /** The model, loaded; another one is released first. Rejects with one sentence when it cannot be had. */
  ready(model: LocalModel, idleMs: number, signal: AbortSignal): Promise<Reranker>;
  close(): Promise<void>;
}

interface LocalParts {
  readonly start: () => WorkerConnection;
  /** Memory that this process can still get, in bytes. */
  readonly availableBytes: () => number;
  readonly marks: CrashMarks;
  /** A model hangs in native code. Nothing can stop it but the end of the process. */
  readonly onStuck: (reason: string) => void;
  /** Milliseconds; for tests. */
  readonly patience?: Partial<typeof PATIENCE>;
}

/** In milliseconds. */
const PATIENCE = {
  load: 120_000,
  /** Beyond the time budget; on a GPU there is none. */
  answer: 20_000,
  /** After an answer did not come in time, until the process is given up. */
  stuck: 60_000,
  release: 5000,
};

/** The thread that holds a model now. */
interface Holder {
  readonly key: string;
  readonly worker: WorkerConnection;
  readonly loaded: Promise<LoadedReranker>;
  /** Settles when the thread is free for the next job. */
  free: Promise<unknown>;
  jobs: number;
  stuck: boolean;
  idle: NodeJS.Timeout | undefined;
}

/**
 * At most one model in a thread of its own. A thread is replaced only when it is idle: it is asked to free its model and ends by itself,
 * which gives the memory back.
 */
export function createLocalRerankers(parts: LocalParts): LocalRerankers {
  const patience = { ...PATIENCE, ...parts.patience };
  let current: Holder | undefined;
  let switching: Promise<unknown> = Promise.resolve();

  async function release(holder: Holder): Promise<void> {
    clearTimeout(holder.idle);
    if (current === holder) current = undefined;
    await holder.free.catch(() => undefined);
    const released = async () => {
      await holder.worker.connection.sendRequest(ReleaseReranker);
      await holder.worker.gone;
    };
    // A thread that is gone already has nothing to release.
    await within(Promise.race([released(), holder.worker.gone]), patience.release, '').catch(() => undefined);
  }

  async function hold(model: LocalModel): Promise<Holder> {
    const { id } = model.entry;
    if (current?.key === model.key) {
      if (current.stuck) throw new Error(`${id} does not answer.`);
      return current;
    }
    if (current !== undefined) await release(current);
    const needed = memoryNeeded(model.weightBytes);
    const available = parts.availableBytes();
    if (needed > available) {
      throw new Error(`${id} needs about ${megabytes(needed)} of memory, and ${megabytes(available)} are free.`);
    }
    const worker = parts.start();
    const { key: _, weightBytes: __, ...open } = model;
    const loaded = marked(id, () => worker.connection.sendRequest(LoadReranker, open));
    const holder: Holder = { key: model.key, worker, loaded, free: loaded, jobs: 0, stuck: false, idle: undefined };
    current = holder;
    const forget = () => {
      clearTimeout(holder.idle);
      if (current === holder) current = undefined;
    };
    void worker.gone.then(forget);
    // A model that cannot be loaded leaves an empty thread.
    loaded.catch(() => void release(holder));
    return holder;
  }

  /** Names the model in a file while it works. */
  async function marked<T>(id: string, action: () => Promise<T>): Promise<T> {
    const end = await parts.marks.begin(id);
    try {
      return await action();
    } finally {
      await end();
    }
  }

  function rest(holder: Holder, idleMs: number): void {
    clearTimeout(holder.idle);
    holder.idle = setTimeout(() => {
      if (holder.jobs === 0) switching = switching.then(() => (current === holder ? release(holder) : undefined));
    }, idleMs);
    holder.idle.unref();
  }

  async function read(
    holder: Holder,
    id: string,
    job: RerankJob,
    idleMs: number,
    signal: AbortSignal,
  ): Promise<readonly (number | null)[]> {
    clearTimeout(holder.idle);
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    holder.jobs += 1;
    // One job at a time; a cancelled one is over after the pair that it is at.
    const answer = holder.free
      .catch(() => undefined)
      .then(() => {
        if (signal.aborted) return null;
        return marked(id, () => holder.worker.connection.sendRequest(ReadPairs, job, source.token));
      });
    holder.free = answer;
    const ended = () => {
      holder.jobs -= 1;
      holder.stuck = false;
      signal.removeEventListener('abort', cancel);
      if (current === holder) rest(holder, idleMs);
    };
    answer.then(ended, ended);
    try {
      const limit = patience.answer + (Number.isFinite(job.budgetMs) ? job.budgetMs : 0);
      const scores = await within(abortable(answer, signal), limit, `${id} did not answer within ${Math.round(limit / 1000)} seconds.`);
      if (scores === null) throw new Error('A newer question came.');
      return scores;
    } catch (error) {
      if (error instanceof TimeoutError) {
        cancel();
        holder.stuck = true;
        setTimeout(() => {
          if (holder.stuck && current === holder) parts.onStuck(`${id} hangs while it reranks.`);
        }, patience.stuck).unref();
      }
      throw error;
    }
  }

  return {
    async ready(model, idleMs, signal) {
      const { id, kind } = model.entry;
      const problem = await parts.marks.problem(id);
      if (problem !== '') throw new Error(problem);
      const turn = switching.then(() => hold(model));
      switching = turn.catch(() => undefined);
      const holder = await turn;
      let info: LoadedReranker;
      try {
        info = await within(
          abortable(holder.loaded, signal),
          patience.load,
          `it took longer than ${Math.round(patience.load / 1000)} seconds`,
        );
      } catch (error) {
        if (signal.aborted) throw error;
        const ended = await Promise.race([holder.worker.gone, undefined]);
        throw new Error(`${id} could not be loaded: ${(ended ?? reasonOf(error)).replace(/\.$/, '')}.`);
      }
      if (holder.jobs === 0) rest(holder, idleMs);
      return {
        info: { id, kind, device: info.device, dtype: info.dtype },
        rerank: (job, jobSignal) => read(holder, id, job, idleMs, jobSignal).catch((error: unknown) => explain(holder, id, error)),
      };
    },
    async close() {
      await switching;
      if (current !== undefined && current.jobs === 0) await release(current);
    },
  };
}

/** The thread's own end says more than a lost connection. */
async function explain(holder: Holder, id: string, error: unknown): Promise<never> {
  const ended = await Promise.race([holder.worker.gone, undefined]);
  throw new Error(ended === undefined ? reasonOf(error) : `${id} ended while it was reading: ${ended}.`);
}

/** What was thrown in the thread, without what the way here put before it. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/^Request \S+ failed with message: /, '');
}

class TimeoutError extends Error {}

async function within<T>(promise: Promise<T>, ms: number, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(sentence)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('A newer question came.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

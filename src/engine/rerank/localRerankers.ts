import { CancellationTokenSource } from 'vscode-jsonrpc';
import type { Reranker, RerankJob } from '../../core/rerank/reranker.ts';
import type { OpenReranker } from '../../inference/rerank/open.ts';
import { isLostConnection } from '../../protocol/lostConnection.ts';
import type { ChildConnection } from '../childProcess.ts';
import { checkMemory } from '../modelMemory.ts';
import { messageOf } from '../services.ts';
import { abortable, seconds, TimeoutError, WITHDRAWN, within } from '../waiting.ts';
import { type LoadedReranker, LoadReranker, ReadPairs } from './messages.ts';

/** A model to load. */
export interface LocalModel extends OpenReranker {
  /** Changes whenever the same pair may get another score. */
  readonly key: string;
  readonly weightBytes: number;
}

export interface LocalRerankers {
  /** The model, loaded; another one is released first. Rejects with one sentence when it cannot be had. */
  ready(model: LocalModel, idleMs: number, signal: AbortSignal): Promise<Reranker>;
  close(): void;
}

interface LocalParts {
  readonly start: () => ChildConnection;
  /** Memory that can still be had, in bytes. */
  readonly availableBytes: () => number;
  /** Told once a model is loaded: where it runs, and why not elsewhere. */
  readonly log?: (sentence: string) => void;
  /** For tests. */
  readonly patience?: Partial<typeof PATIENCE>;
}

/** In milliseconds. */
const PATIENCE = {
  load: 120_000,
  /** Beyond the time budget; on a GPU there is none. */
  answer: 20_000,
  /** Until a model that was left alone is tried again: memory may be free then. */
  rest: 60_000,
};
/** The end of a process is told within this time after its connection broke. */
const END_MS = 2000;
/** A model whose process dies so often in a row is left alone for a while: to load it again for every question would only cost. */
const DEATHS_ALLOWED = 2;

/** The process that holds a model now. */
interface Holder {
  readonly id: string;
  readonly key: string;
  readonly child: ChildConnection;
  readonly loaded: Promise<LoadedReranker>;
  /** Settles when the process is free for the next job. */
  free: Promise<unknown>;
  jobs: number;
  idle: NodeJS.Timeout | undefined;
  /** Ended on purpose: its end is no death. */
  released: boolean;
}

/**
 * At most one model, in a process of its own: its end gives the memory back, and whatever happens in native code (no memory, a bug,
 * a hang) ends that process and nothing else.
 */
export function createLocalRerankers(parts: LocalParts): LocalRerankers {
  const patience = { ...PATIENCE, ...parts.patience };
  /** Deaths in a row and when the last one was, by the key of the model. */
  const deaths = new Map<string, { readonly count: number; readonly at: number }>();
  let current: Holder | undefined;
  let switching: Promise<unknown> = Promise.resolve();

  function release(holder: Holder): void {
    clearTimeout(holder.idle);
    holder.released = true;
    if (current === holder) current = undefined;
    holder.child.kill();
  }

  async function hold(model: LocalModel): Promise<Holder> {
    const { key, weightBytes, ...open } = model;
    const { id } = model.entry;
    if (current?.key === key) return current;
    const { count, at } = deaths.get(key) ?? { count: 0, at: 0 };
    if (count >= DEATHS_ALLOWED && performance.now() - at < patience.rest) {
      throw new Error(`${id} has ended ${count} times while it was working: it is tried again in ${seconds(patience.rest)}.`);
    }
    if (current !== undefined) {
      // Another question still waits for its answer.
      await current.free.catch(() => undefined);
      if (current !== undefined) release(current);
    }
    checkMemory(id, weightBytes, parts.availableBytes());
    const child = parts.start();
    const loaded = child.connection.sendRequest(LoadReranker, open);
    const holder: Holder = { id, key, child, loaded, free: loaded, jobs: 0, idle: undefined, released: false };
    current = holder;
    void child.gone.then(() => {
      clearTimeout(holder.idle);
      if (current === holder) current = undefined;
      if (!holder.released) deaths.set(key, { count: (deaths.get(key)?.count ?? 0) + 1, at: performance.now() });
    });
    loaded.then(
      ({ device, dtype, reason }) => parts.log?.(`${id} runs on ${device} (${dtype}). ${reason}`.trim()),
      () => undefined,
    );
    // A model that cannot be loaded leaves an empty process.
    loaded.catch(() => {
      if (current === holder) current = undefined;
      setImmediate(() => release(holder));
    });
    return holder;
  }

  function rest(holder: Holder, idleMs: number): void {
    clearTimeout(holder.idle);
    holder.idle = setTimeout(() => {
      if (holder.jobs === 0) release(holder);
    }, idleMs);
    holder.idle.unref();
  }

  async function read(holder: Holder, job: RerankJob, idleMs: number, signal: AbortSignal): Promise<readonly (number | null)[]> {
    clearTimeout(holder.idle);
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    holder.jobs += 1;
    // One job at a time; a cancelled one is over after the pair that it is at.
    const answer = holder.free
      .catch(() => undefined)
      .then(() => (signal.aborted ? null : holder.child.connection.sendRequest(ReadPairs, job, source.token)));
    holder.free = answer;
    const ended = () => {
      holder.jobs -= 1;
      signal.removeEventListener('abort', cancel);
      if (current === holder) rest(holder, idleMs);
    };
    answer.then(ended, ended);
    const limit = patience.answer + (Number.isFinite(job.budgetMs) ? job.budgetMs : 0);
    try {
      const scores = await within(abortable(answer, signal), limit, `${holder.id} did not answer within ${seconds(limit)}.`);
      if (scores === null) throw new Error(WITHDRAWN);
      deaths.delete(holder.key);
      return scores;
    } catch (error) {
      if (error instanceof TimeoutError) release(holder);
      throw error;
    }
  }

  /** What to tell a person: the end of the process says more than a lost connection. */
  async function explained(holder: Holder, error: unknown, sentence: (reason: string) => string): Promise<Error> {
    const reason = messageOf(error).replace(/^Request \S+ failed with message: /, '');
    // A connection may break a moment before the end of the process is told that broke it.
    const isCut = !holder.released && isLostConnection(error);
    const ended = isCut ? await within(holder.child.gone, END_MS, '').catch(() => undefined) : undefined;
    return new Error(ended === undefined ? sentence(reason) : `the process of ${holder.id} ${ended}.`);
  }

  return {
    async ready(model, idleMs, signal) {
      const turn = switching.then(() => hold(model));
      switching = turn.catch(() => undefined);
      const holder = await turn;
      const { id, kind } = model.entry;
      let info: LoadedReranker;
      try {
        info = await within(abortable(holder.loaded, signal), patience.load, `it took longer than ${seconds(patience.load)}`);
      } catch (error) {
        if (error instanceof TimeoutError) release(holder);
        if (signal.aborted) throw error;
        throw await explained(holder, error, (reason) => `${id} could not be loaded: ${reason.replace(/\.$/, '')}.`);
      }
      if (holder.jobs === 0) rest(holder, idleMs);
      return {
        info: { id, kind, device: info.device, dtype: info.dtype },
        rerank: (job, jobSignal) =>
          read(holder, job, idleMs, jobSignal).catch(async (error: unknown) => {
            throw await explained(holder, error, (reason) => reason);
          }),
      };
    },
    close() {
      if (current !== undefined) release(current);
    },
  };
}

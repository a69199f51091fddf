import { availableParallelism } from 'node:os';
import { StoreUnavailableError } from './errors.ts';

export type Native = typeof import('./lance.ts');

let loading: Promise<Native> | undefined;

/**
 * LanceDB and Arrow, loaded on first use. Throws `StoreUnavailableError` where LanceDB has no native package. To be called on the main
 * thread: what a worker thread writes to its environment does not reach native code.
 */
export function loadNative(): Promise<Native> {
  if (loading === undefined) {
    prepareEnvironment();
    loading = import('./lance.ts').catch((error: unknown) => {
      loading = undefined;
      throw new StoreUnavailableError(`The search index has no native part for ${process.platform} ${process.arch}.`, { cause: error });
    });
  }
  return loading;
}

/**
 * LanceDB reads these once, when it starts. Building a full-text index, each of its workers holds a thread of a pool while it waits for
 * another thread of the same pool; with the default sizes (half the processors, and the processors less two) the build of a few thousand
 * rows never ends on machines with up to four processors. So there are always more threads than workers.
 */
function prepareEnvironment(): void {
  const processors = availableParallelism();
  const workers = Math.min(4, Math.max(1, Math.floor(processors / 2)));
  process.env.LANCEDB_LOG ??= 'error';
  process.env.LANCE_FTS_NUM_SHARDS = String(workers);
  process.env.LANCE_CPU_THREADS = String(Math.max(processors, workers + 3));
}

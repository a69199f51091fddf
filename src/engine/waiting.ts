/** Waiting for something that may take too long, or that nobody wants any more. */

export const WITHDRAWN = 'A newer question came.';

export class TimeoutError extends Error {}

/** Rejects with a `TimeoutError` of this sentence when the promise takes longer. */
export async function within<T>(promise: Promise<T>, ms: number, sentence: string): Promise<T> {
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

/** Rejects as soon as the signal is aborted, whatever the promise does then. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error(WITHDRAWN));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** `1 second`, `20 seconds`, `0.5 seconds`. */
export function seconds(ms: number): string {
  const count = ms < 1000 ? ms / 1000 : Math.round(ms / 1000);
  return count === 1 ? '1 second' : `${count} seconds`;
}

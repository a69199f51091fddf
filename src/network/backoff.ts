import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, NetworkError } from './errors.ts';

export interface BackoffOptions {
  /** Attempts in all. */
  readonly attempts: number;
  /** First wait in milliseconds, doubled each time. */
  readonly firstMs: number;
  /** Longest wait, also when the server asks for a longer one. */
  readonly longestMs: number;
  readonly signal: AbortSignal;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

/**
 * Tries again what may work later, after a wait that grows. Each wait is drawn from its upper half, so that many windows that
 * lost the same server do not come back all at once; what the server asks to wait is obeyed.
 */
export async function withBackoff<T>(action: () => Promise<T>, options: BackoffOptions): Promise<T> {
  const random = options.random ?? Math.random;
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof NetworkError) || !error.transient || attempt >= options.attempts) throw error;
      const own = options.firstMs * 2 ** (attempt - 1) * (0.5 + random() / 2);
      await sleep(Math.min(options.longestMs, Math.max(own, error.retryAfterMs)), undefined, { signal: options.signal }).catch(() => {
        throw new CancelledError();
      });
    }
  }
}

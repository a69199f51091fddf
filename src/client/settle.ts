import type { CancellationToken } from 'vscode-jsonrpc';
import { RequestCancelledError } from './errors.ts';

/** The promise, or a `RequestCancelledError` as soon as the token is cancelled: nobody waits for an engine that is busy. */
export function orCancelled<T>(promise: Promise<T>, token: CancellationToken | undefined): Promise<T> {
  if (!token) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new RequestCancelledError());
    const subscription = token.onCancellationRequested(cancel);
    promise.then(resolve, reject).finally(() => subscription.dispose());
    if (token.isCancellationRequested) cancel();
  });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A promise that is settled from outside. Its rejection may go unobserved: nobody has to wait for it. */
export function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** Rejects with the sentence when the promise takes longer. */
export async function within<T>(promise: Promise<T>, ms: number, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

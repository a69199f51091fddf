import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc';

/** Work of which only the newest counts, as with questions while a person types. */
export interface NewestOnly {
  readonly busy: boolean;
  /**
   * Cancels what was started before, and starts this after a pause. `work` gets a token that is cancelled when something newer comes:
   * what it has then is of no use any more. It must not reject.
   */
  start(work: (token: CancellationToken) => Promise<void>, waitMs: number): void;
  cancel(): void;
  /** Settles when nothing runs or waits. */
  settled(): Promise<void>;
}

/** `onBusy` is told when work begins, and when the newest has ended. */
export function newestOnly(onBusy: (busy: boolean) => void): NewestOnly {
  let running: CancellationTokenSource | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended: Promise<void> = Promise.resolve();

  const cancel = () => {
    clearTimeout(timer);
    running?.cancel();
    running = undefined;
  };

  return {
    get busy() {
      return running !== undefined;
    },
    start(work, waitMs) {
      cancel();
      const source = new CancellationTokenSource();
      running = source;
      onBusy(true);
      ended = new Promise((resolve) => {
        source.token.onCancellationRequested(() => resolve());
        timer = setTimeout(async () => {
          await work(source.token);
          if (running === source) {
            running = undefined;
            onBusy(false);
          }
          resolve();
        }, waitMs);
      });
    },
    cancel() {
      cancel();
      onBusy(false);
    },
    async settled() {
      // While one piece of work is waited for, another may take its place.
      for (let seen: Promise<void> | undefined; seen !== ended; ) {
        seen = ended;
        await seen;
      }
    },
  };
}

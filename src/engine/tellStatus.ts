import type { IndexStatus } from '../protocol/engine.ts';

/** A folder's status is told at most this often while work goes on. */
const STATUS_MS = 100;

export interface StatusTeller {
  readonly tell: (status: IndexStatus) => void;
  /** Nothing is told any more. */
  close(): void;
}

/** Tells a new phase at once and progress within one now and then; the last one always, so that nobody looks at an older one. */
export function statusTeller(send: (status: IndexStatus) => void): StatusTeller {
  const told = new Map<string, { readonly at: number; readonly phase: string }>();
  const late = new Map<string, NodeJS.Timeout>();

  function now(status: IndexStatus): void {
    told.set(status.folder, { at: performance.now(), phase: status.phase });
    send(status);
  }

  return {
    tell(status) {
      const last = told.get(status.folder);
      clearTimeout(late.get(status.folder));
      const isProgress = status.phase === 'indexing' && last?.phase === 'indexing';
      const wait = isProgress ? last.at + STATUS_MS - performance.now() : 0;
      if (wait <= 0) now(status);
      else late.set(status.folder, setTimeout(now, wait, status).unref());
    },
    close() {
      for (const timer of late.values()) clearTimeout(timer);
    },
  };
}

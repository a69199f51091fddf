/** What the memory of the process comes to, and what has been done since it was last looked at. */
export interface MemoryLimit {
  readonly limitBytes: number;
  readonly usedBytes: () => number;
  /** Chunks that this process has written: a restart is worth it when there is something to show for the last one. */
  readonly chunks: () => number;
  readonly onExceeded: (usedBytes: number) => void;
}

const LOOK_MS = 1000;
/** A process that has indexed this much may be replaced at once. */
const ENOUGH_CHUNKS = 500;
/** One that has not, only after this long: else an engine that is larger than the limit from the start would never get anything done. */
const LONG_MS = 10 * 60_000;

/** Looks at the memory of the process from time to time, and tells once when it is above the limit. */
export function watchMemory({ limitBytes, usedBytes, chunks, onExceeded }: MemoryLimit): void {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    const used = usedBytes();
    const isWorthIt = chunks() >= ENOUGH_CHUNKS || Date.now() - startedAt >= LONG_MS;
    if (used <= limitBytes || !isWorthIt) return;
    clearInterval(timer);
    onExceeded(used);
  }, LOOK_MS);
  timer.unref();
}

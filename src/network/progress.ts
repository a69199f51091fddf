/** How far a download is. */
export interface DownloadProgress {
  readonly bytes: number;
  /** Null until a server has said it. */
  readonly total: number | null;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
}

/** The rate is that of the last seconds: it follows a connection that gets slower. */
const WINDOW_MS = 5000;

/** Counts bytes over time. `start` bytes were there before and say nothing of the speed; `now` is in milliseconds. */
export function createMeter(start: number): (bytes: number, total: number | null, now: number) => DownloadProgress {
  let samples: readonly { readonly at: number; readonly bytes: number }[] = [];
  let least = start;
  return (bytes, total, now) => {
    // A download that started anew has less than before; its old samples would give a negative rate.
    if (bytes < least) samples = [];
    least = bytes;
    samples = [...samples.filter(({ at }) => now - at < WINDOW_MS), { at: now, bytes }];
    const [first] = samples;
    const ms = first === undefined ? 0 : now - first.at;
    const rate = first === undefined || ms < 200 ? 0 : ((bytes - first.bytes) / ms) * 1000;
    const left = total === null || rate <= 0 ? null : Math.max(0, Math.round((total - bytes) / rate));
    return { bytes, total, bytesPerSecond: Math.round(rate), secondsLeft: left };
  };
}

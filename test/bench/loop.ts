import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Delays of an event loop, told apart from those that other processes cause. */

const TICK_MS = 5;

export interface LoopDelay {
  /** 99th percentile, median and worst of what a timer of the loop comes too late, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  /** 99th percentile without the time in which other processes had the processor: what was done in this very thread. */
  readonly own: number;
}

/** Watches the event loop of this thread until the work is done. */
export async function watchLoop(work: Promise<unknown>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const own: number[] = [];
  let last = performance.now();
  let waited = waitedFor();
  const timer = setInterval(() => {
    const [now, waitedNow] = [performance.now(), waitedFor()];
    own.push(Math.max(0, now - last - TICK_MS - (waitedNow - waited)));
    last = now;
    waited = waitedNow;
  }, TICK_MS);
  histogram.enable();
  await work;
  histogram.disable();
  clearInterval(timer);
  own.sort((a, b) => a - b);
  return {
    p50: histogram.percentile(50) / 1e6,
    p99: histogram.percentile(99) / 1e6,
    most: histogram.max / 1e6,
    own: own[Math.floor(own.length * 0.99)] ?? Number.NaN,
  };
}

/** Milliseconds that this thread was ready to run and had no processor, as Linux tells; 0 elsewhere. */
function waitedFor(): number {
  try {
    return Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Of a table: the 99th percentile at rest and at work, by the clock and without other processes. The difference is of the latter. */
export function comparedDelays(idle: LoopDelay, busy: LoopDelay): { readonly bare: string; readonly ours: string; readonly ratio: string } {
  const both = ({ p99, own }: LoopDelay): string => `${own.toFixed(1)} ms (clock: ${p99.toFixed(1)} ms)`;
  const rise = busy.own - idle.own;
  return { bare: both(idle), ours: both(busy), ratio: `${rise < 0 ? '' : '+'}${rise.toFixed(1)} ms` };
}

// What a process that may be replaced meanwhile takes: its largest memory, its processor time by kind of thread, and how often it started.
import { readdirSync, readFileSync } from 'node:fs';

/** A tick of the system's clock for processor time. */
const TICK_MS = 10;
const LOOK_MS = 250;

export interface Use {
  /** Bytes; 0 where the system does not say. */
  readonly peak: number;
  readonly starts: number;
  /** Milliseconds of processor time of the store's own threads, which bear the names of its libraries, and of all else. */
  readonly store: number;
  readonly rest: number;
}

/** Looks at the process from time to time, because one that is gone cannot be asked. On a machine that does other work, processor time is steadier than the clock. */
export function watchUse(pid: () => number | undefined): { readonly now: () => Use; readonly stop: () => void } {
  const seen = new Map<number, Omit<Use, 'starts'>>();
  const look = (): void => {
    const id = pid();
    if (id === undefined) return;
    try {
      const kB = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
      // One that has just ended is still listed, with nothing in it.
      if (kB > 0) seen.set(id, { peak: kB * 1024, ...processorTime(id) });
    } catch {
      // No /proc on this system, or a process that has just ended.
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    now: () => {
      look();
      const all = [...seen.values()];
      const sum = (of: (use: Omit<Use, 'starts'>) => number): number => all.reduce((total, use) => total + of(use), 0);
      return {
        peak: Math.max(0, ...all.map(({ peak }) => peak)),
        starts: all.length,
        store: sum(({ store }) => store),
        rest: sum(({ rest }) => rest),
      };
    },
    stop: () => clearInterval(timer),
  };
}

function processorTime(pid: number): { readonly store: number; readonly rest: number } {
  const time = { store: 0, rest: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    } catch {
      // A thread that has just ended.
      continue;
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ms = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    if (/tokio|lance/.test(stat.slice(0, stat.lastIndexOf(')')))) time.store += ms;
    else time.rest += ms;
  }
  return time;
}

// What a process that may be replaced meanwhile takes: its largest memory, its processor time by kind of thread, and how often it started.
import { readdirSync, readFileSync } from 'node:fs';

/** A tick of the system's clock for processor time. */
const TICK_MS = 10;
const LOOK_MS = 250;

export interface Use {
  /** Bytes; 0 where the system does not say. */
  readonly peak: number;
  /** The same of the process that does its upkeep, and of both at one moment. */
  readonly upkeepPeak: number;
  readonly peakTogether: number;
  readonly starts: number;
  /** Milliseconds of processor time of the store's own threads, which bear the names of its libraries, and of all else. */
  readonly store: number;
  readonly rest: number;
}

/** Looks at the process from time to time, because one that is gone cannot be asked. On a machine that does other work, processor time is steadier than the clock. */
export function watchUse(pid: () => number | undefined): { readonly now: () => Use; readonly stop: () => void } {
  const seen = new Map<number, Pick<Use, 'peak' | 'store' | 'rest'>>();
  const upkeep = new Map<number, Pick<Use, 'peak' | 'store' | 'rest'>>();
  let peakTogether = 0;
  const look = (): void => {
    const id = pid();
    if (id === undefined) return;
    try {
      const own = memoryOf(id);
      // One that has just ended is still listed, with nothing in it.
      if (own.peak > 0) seen.set(id, { peak: own.peak, ...processorTime(id) });
      let now = own.now;
      for (const child of upkeepsOf(id)) {
        const { peak, now: childNow } = memoryOf(child);
        if (peak > 0) upkeep.set(child, { peak, ...processorTime(child) });
        now += childNow;
      }
      peakTogether = Math.max(peakTogether, now);
    } catch {
      // No /proc on this system, or a process that has just ended.
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    now: () => {
      look();
      const all = [...seen.values(), ...upkeep.values()];
      const sum = (of: (use: Pick<Use, 'store' | 'rest'>) => number): number => all.reduce((total, use) => total + of(use), 0);
      return {
        peak: Math.max(0, ...[...seen.values()].map(({ peak }) => peak)),
        upkeepPeak: Math.max(0, ...[...upkeep.values()].map(({ peak }) => peak)),
        peakTogether,
        starts: seen.size,
        store: sum(({ store }) => store),
        rest: sum(({ rest }) => rest),
      };
    },
    stop: () => clearInterval(timer),
  };
}

/** Bytes, at most so far and now. */
function memoryOf(pid: number): { readonly peak: number; readonly now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return { peak: bytes('VmHWM'), now: bytes('VmRSS') };
}

function upkeepsOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('upkeepProcess'));
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

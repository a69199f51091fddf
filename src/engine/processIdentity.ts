import { readFileSync } from 'node:fs';

/** A process, told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Empty where the system does not say. */
  readonly started: string;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

/** Undefined for a text that is damaged, or none of this program's. */
export function identityIn(text: string): ProcessIdentity | undefined {
  try {
    const process = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof process.pid === 'number' ? { pid: process.pid, started: process.started ?? '' } : undefined;
  } catch {
    // Half a file, or another one's.
    return undefined;
  }
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = statOf(pid);
  // What is left of one that has ended, and that nobody has asked how, does nothing any more.
  if (now?.state === 'Z') return false;
  return started === '' || now?.started === started;
}

function startOf(pid: number): string {
  return statOf(pid)?.started ?? '';
}

/** A process's state and its start time in clock ticks since boot, where the system tells (Linux). */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    // No /proc on this system, or no such process: the number alone has to do.
    return undefined;
  }
}

import type { Gate } from './gate.ts';

/** A folder as the others see it. */
export interface Sharer {
  /** How much of the work is its share, compared with that of the others. */
  readonly weight: number;
  /** Whoever is paused keeps nobody waiting. */
  readonly paused: boolean;
}

/**
 * The one scheduler of an engine, for folders of which each has many files to read. Their batches overlap, and none gets ahead of the others
 * by more than a batch of its share; what is written is written one after the other. Single saved files do not ask for turns.
 */
export interface Turns {
  /** Settles when nobody else is behind; the next time it is asked, what the turn `cost` (in files) counts. */
  take(sharer: Sharer, cost: number, cancelled: () => boolean): Promise<void>;
  /** There are no more batches: the others wait no longer. */
  leave(sharer: Sharer): void;
  /** Runs `action` while no other one of its kind runs. Undefined when it was cancelled before. */
  alone<T>(kind: 'commit' | 'upkeep', cancelled: () => boolean, action: () => Promise<T>): Promise<T | undefined>;
}

/** A turn is work for tens of milliseconds at least. */
const LOOK_MS = 10;

export function createTurns(): Turns {
  /** What each has had so far, by its share. Whoever comes later starts where the last one is. */
  const had = new Map<Sharer, number>();
  const busy = new Set<string>();
  const isAhead = (sharer: Sharer): boolean => {
    const own = had.get(sharer) ?? 0;
    // Who is paused moves along, and has nothing to make up for later.
    for (const [other, others] of had) if (other.paused) had.set(other, Math.max(own, others));
    return [...had.values()].some((others) => others < own);
  };
  return {
    async take(sharer, cost, cancelled) {
      if (!had.has(sharer)) had.set(sharer, had.size === 0 ? 0 : Math.min(...had.values()));
      while (isAhead(sharer) && !cancelled()) await soon();
      had.set(sharer, (had.get(sharer) ?? 0) + cost / sharer.weight);
    },
    leave: (sharer) => void had.delete(sharer),
    async alone(kind, cancelled, action) {
      while (busy.has(kind) && !cancelled()) await soon();
      if (cancelled()) return undefined;
      busy.add(kind);
      try {
        return await action();
      } finally {
        busy.delete(kind);
      }
    },
  };
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** The turns of one folder, as its pauses allow. */
export interface Share {
  take(cost: number): Promise<void>;
  readonly leave: () => void;
  /** Runs a step that no pause can stop. Undefined when nobody wants it any more. */
  alone<T>(kind: 'commit' | 'upkeep', action: () => Promise<T>): Promise<T | undefined>;
}

/** `weight` may change at any time. */
export function shareOf(turns: Turns, weight: () => number, gate: Gate, cancelled: () => boolean): Share {
  const sharer: Sharer = {
    get weight() {
      return weight();
    },
    get paused() {
      return gate.closed;
    },
  };
  const given = (): boolean => cancelled() || gate.closed;
  return {
    take: (cost) => turns.take(sharer, cost, given),
    leave: () => turns.leave(sharer),
    async alone(kind, action) {
      // Paused while it waited for another folder, it begins only when it goes on.
      while (!cancelled()) {
        const done = await gate.step(() => turns.alone(kind, given, async () => ({ result: await action() })));
        if (done !== undefined) return done.result;
      }
      return undefined;
    },
  };
}

/** For what does not wait for other folders. */
export function withoutTurns(gate: Gate): Share {
  return { take: () => Promise.resolve(), leave: () => undefined, alone: (_, action) => gate.step(action) };
}

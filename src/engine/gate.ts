/** Who keeps a gate closed: a person who paused, or the battery. */
export type GateReason = 'person' | 'battery';

/** A door that background work passes through between two steps, so that a pause takes effect within one step. */
export interface Gate {
  readonly closed: boolean;
  /** Whether a step runs that nothing can stop. */
  readonly busy: boolean;
  /** Closed by the battery alone, and by no person. */
  readonly waitsForPower: boolean;
  close(reason?: GateReason): void;
  /** Takes one reason away, or all. */
  open(reason?: GateReason): void;
  /** Ends what can be ended, and lets through whoever waits now, so that they see that they are cancelled; the gate stays as it is. */
  interrupt(): Promise<void>;
  passed(): Promise<void>;
  /** Passes, and runs a step that nothing can stop. */
  step<T>(action: () => Promise<T>): Promise<T>;
  /** Settles when no step runs any more, and what a closed gate ends has ended. */
  idle(): Promise<void>;
}

/** `end` ends what goes on beside the steps or in one of them, as far as that can be ended, whenever the gate closes. */
export function createGate(closed: boolean, end: () => Promise<void> = () => Promise.resolve()): Gate {
  let waiting: (() => void)[] = [];
  const steps = new Set<Promise<unknown>>();
  let ending: Promise<void> = Promise.resolve();
  const reasons = new Set<GateReason>(closed ? ['person'] : []);
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const passed = (): Promise<void> => (reasons.size > 0 ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve());
  return {
    get closed() {
      return reasons.size > 0;
    },
    get busy() {
      return steps.size > 0;
    },
    get waitsForPower() {
      return reasons.has('battery') && !reasons.has('person');
    },
    close: (reason = 'person') => {
      reasons.add(reason);
      ending = end();
    },
    open: (reason) => {
      if (reason === undefined) reasons.clear();
      else reasons.delete(reason);
      if (reasons.size === 0) wake();
    },
    async interrupt() {
      wake();
      await end();
    },
    passed,
    async step(action) {
      await passed();
      const step = action();
      steps.add(step);
      try {
        return await step;
      } finally {
        steps.delete(step);
      }
    },
    async idle() {
      await Promise.allSettled([ending, ...steps]);
    },
  };
}

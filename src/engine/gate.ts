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
  /** Lets through whoever waits now, so that they see that they are cancelled; the gate stays as it is. */
  wake(): void;
  passed(): Promise<void>;
  /** Passes, and runs a step that nothing can stop. */
  step<T>(action: () => Promise<T>): Promise<T>;
  /** Settles when no step runs any more. */
  idle(): Promise<void>;
}

export function createGate(closed: boolean): Gate {
  let waiting: (() => void)[] = [];
  const steps = new Set<Promise<unknown>>();
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
    },
    open: (reason) => {
      if (reason === undefined) reasons.clear();
      else reasons.delete(reason);
      if (reasons.size === 0) wake();
    },
    wake,
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
      await Promise.allSettled(steps);
    },
  };
}

/** Who keeps a gate closed: a person who paused, or the battery. */
export type GateReason = 'person' | 'battery';

/** A door that background work passes through between two steps, so that a pause takes effect within one step. */
export interface Gate {
  readonly closed: boolean;
  /** Closed by the battery alone, and by no person. */
  readonly waitsForPower: boolean;
  close(reason?: GateReason): void;
  /** Takes one reason away, or all. */
  open(reason?: GateReason): void;
  passed(): Promise<void>;
}

export function createGate(closed: boolean): Gate {
  let waiting: (() => void)[] = [];
  const reasons = new Set<GateReason>(closed ? ['person'] : []);
  return {
    get closed() {
      return reasons.size > 0;
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
      if (reasons.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    passed: () => (reasons.size > 0 ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
}

/** What happened after something was asked for: it was heard of, or it does not come. */
export interface Waited {
  /** Registers a listener; returns what takes it out. */
  readonly listen: (onHeard: () => void) => { dispose(): unknown };
  /** Settles when the other side has done what it was asked before: what it tells at once has been told then. */
  readonly roundTrip: () => PromiseLike<unknown>;
  /** What it tells later is waited for this long, in milliseconds. */
  readonly graceMs: number;
}

/** Settles with true when the listener is called, and with false when the other side is through and has told nothing. */
export async function heard({ listen, roundTrip, graceMs }: Waited): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  return new Promise((resolve) => {
    const done = (isHeard: boolean) => {
      clearTimeout(timer);
      listening.dispose();
      resolve(isHeard);
    };
    const listening = listen(() => done(true));
    const wait = () => {
      timer = setTimeout(done, graceMs, false);
    };
    roundTrip().then(wait, wait);
  });
}

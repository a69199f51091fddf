/** How often the engine ended by itself, and what follows from it. Plain data: `afterCrash` makes the next one. */
export interface RestartPolicy {
  /** Times of the crashes that still count, in milliseconds. */
  readonly crashes: readonly number[];
  /** Crashes in a row without a quiet minute between them; the wait grows with them. */
  readonly inARow: number;
  /** Keyword search only: the parts that can crash are not loaded. */
  readonly safe: boolean;
  /** It crashed in safe mode too: it is left alone for a while. */
  readonly failed: boolean;
  /** Milliseconds to wait before the next start. */
  readonly delay: number;
}

export const CRASH_LIMIT = 3;
export const CRASH_WINDOW_MS = 5 * 60_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 15_000;
const QUIET_MS = 60_000;

export const FRESH_POLICY: RestartPolicy = { crashes: [], inARow: 0, safe: false, failed: false, delay: 0 };

/** What to do after one more crash at time `now`, when the engine had been up for `upMs` milliseconds. */
export function afterCrash(policy: RestartPolicy, now: number, upMs: number): RestartPolicy {
  const crashes = [...policy.crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
  const inARow = upMs >= QUIET_MS ? 1 : policy.inARow + 1;
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (inARow - 1), LONGEST_DELAY_MS);
  if (crashes.length < CRASH_LIMIT) return { ...policy, crashes, inARow, delay };
  // Safe mode starts with a clean record: three more crashes are needed to give up.
  return policy.safe ? { ...policy, crashes, inARow, delay, failed: true } : { crashes: [], inARow, safe: true, failed: false, delay };
}

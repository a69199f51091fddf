/** Without a key for this long nobody types any more. */
const QUIET_MS = 1000;

/** Whether somebody types in the editor, as far as the editor says so. */
export interface Typing {
  note(): void;
  readonly isTyping: () => boolean;
}

export function createTyping(now: () => number = Date.now): Typing {
  let last = Number.NEGATIVE_INFINITY;
  return {
    note: () => {
      last = now();
    },
    // A clock that was set back says nothing about keys.
    isTyping: () => now() >= last && now() - last < QUIET_MS,
  };
}

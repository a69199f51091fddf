import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { heard } from '../../src/host/quickPick/heard.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Waits with a round trip and a sound that the test makes. */
function waiting() {
  const made = { answer: (): void => undefined, tell: (): void => undefined, listening: 0 };
  const trip = new Promise<void>((resolve) => {
    made.answer = resolve;
  });
  const listen = (onHeard: () => void) => {
    made.listening++;
    made.tell = onHeard;
    return { dispose: () => made.listening-- };
  };
  const result = heard({ listen, roundTrip: () => trip, graceMs: 250 });
  return { made, result };
}

test('what is told before the answer counts at once', async () => {
  const { made, result } = waiting();
  made.tell();
  expect(await result).toBe(true);
  expect(made.listening).toBe(0);
});

test('nothing is given up while the other side is busy, however long', async () => {
  const { made, result } = waiting();
  await vi.advanceTimersByTimeAsync(60_000);
  made.tell();
  expect(await result).toBe(true);
});

test('after the answer a little time is left, and no more', async () => {
  const told = waiting();
  told.made.answer();
  await vi.advanceTimersByTimeAsync(249);
  told.made.tell();
  expect(await told.result).toBe(true);
  const silent = waiting();
  silent.made.answer();
  await vi.advanceTimersByTimeAsync(250);
  expect(await silent.result).toBe(false);
  expect(silent.made.listening).toBe(0);
});

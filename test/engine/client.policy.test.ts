import { expect, test } from 'vitest';
import { afterCrash, CRASH_WINDOW_MS, FRESH_POLICY, type RestartPolicy } from '../../src/client/restartPolicy.ts';

/** Crashes at these times, each after so many milliseconds of service. */
function crashes(times: readonly number[], upMs = 1000): RestartPolicy {
  return times.reduce((policy, time) => afterCrash(policy, time, upMs), FRESH_POLICY);
}

const MINUTE = 60_000;

test.each<[string, RestartPolicy, Partial<RestartPolicy>]>([
  ['one crash', crashes([0]), { safe: false, failed: false, delay: 200 }],
  ['two crashes', crashes([0, 1]), { safe: false, failed: false, delay: 400 }],
  ['three crashes', crashes([0, 1, 2]), { safe: true, failed: false, delay: 800 }],
  ['five crashes', crashes([0, 1, 2, 3, 4]), { safe: true, failed: false, delay: 3200 }],
  ['six crashes', crashes([0, 1, 2, 3, 4, 5]), { safe: true, failed: true }],
  ['three crashes, the first one long ago', crashes([0, CRASH_WINDOW_MS - 1, CRASH_WINDOW_MS]), { safe: false, failed: false }],
  [
    'a crash every three minutes for an hour',
    crashes(Array.from({ length: 20 }, (_, index) => index * 3 * MINUTE)),
    { safe: false, delay: 15_000 },
  ],
  [
    'the same, each after a quiet time',
    crashes(
      Array.from({ length: 20 }, (_, index) => index * 3 * MINUTE),
      2 * MINUTE,
    ),
    { safe: false, delay: 200 },
  ],
])('%s', (_, policy, expected) => {
  expect(policy).toMatchObject(expected);
});

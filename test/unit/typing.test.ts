import { expect, test } from 'vitest';
import { createTyping } from '../../src/engine/typing.ts';

test('somebody types until a second without a key has passed', () => {
  let now = 5_000_000;
  const typing = createTyping(() => now);
  expect(typing.isTyping()).toBe(false);
  typing.note();
  expect(typing.isTyping()).toBe(true);
  now += 900;
  typing.note();
  now += 900;
  expect(typing.isTyping()).toBe(true);
  now += 101;
  expect(typing.isTyping()).toBe(false);
});

test('a clock that is set back says nothing about keys', () => {
  let now = 5_000_000;
  const typing = createTyping(() => now);
  typing.note();
  now -= 3_600_000;
  expect(typing.isTyping()).toBe(false);
});

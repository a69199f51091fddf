import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { statusTeller } from '../../src/engine/tellStatus.ts';
import type { IndexPhase, IndexStatus } from '../../src/protocol/engine.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function teller() {
  const seen: string[] = [];
  const { tell, close } = statusTeller(({ folder, phase, files }) => seen.push(`${folder} ${phase} ${files}`));
  const at = (phase: IndexPhase, files: number, folder = '/a'): void => tell({ folder, phase, files } as IndexStatus);
  return { seen, at, close };
}

test('progress is told now and then, and the last one always', () => {
  const { seen, at } = teller();
  for (const files of [1, 2, 3]) at('indexing', files);
  at('indexing', 1, '/b');
  expect(seen).toEqual(['/a indexing 1', '/b indexing 1']);
  vi.advanceTimersByTime(100);
  expect(seen).toEqual(['/a indexing 1', '/b indexing 1', '/a indexing 3']);
  vi.advanceTimersByTime(1000);
  at('indexing', 4);
  expect(seen.at(-1)).toBe('/a indexing 4');
  expect(seen).toHaveLength(4);
});

test('a new phase is told at once, and no progress comes after it or after the end', () => {
  const { seen, at, close } = teller();
  for (const files of [1, 2]) at('indexing', files);
  at('ready', 3);
  vi.advanceTimersByTime(1000);
  for (const files of [4, 5]) at('indexing', files);
  close();
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual(['/a indexing 1', '/a ready 3', '/a indexing 4']);
});

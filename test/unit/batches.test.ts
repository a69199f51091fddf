import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundFile } from '../../src/core/files.ts';
import { planBatches } from '../../src/engine/batches.ts';
import type { Suspects } from '../../src/engine/suspects.ts';

function filesOf(sizes: readonly number[]): readonly FoundFile[] {
  return sizes.map((size, at) => ({ path: `src/file${at}.ts`, size, mtimeMs: 1 }));
}

function suspectsOf(last: readonly FoundFile[] = [], quarantined: readonly FoundFile[] = [], alone: readonly FoundFile[] = []): Suspects {
  const paths = (files: readonly FoundFile[]): Set<string> => new Set(files.map(({ path }) => path));
  return { last: paths(last), alone: paths(alone), quarantined, cleared: () => Promise.resolve() };
}

const bytesOf = (batch: readonly FoundFile[]): number => batch.reduce((sum, { size }) => sum + size, 0);

describe('batches', () => {
  it('hold each file once and in order, but for those left out, and suspects come last, one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 700_000 }), fc.constantFrom('plain', 'plain', 'last', 'out'))), (drawn) => {
        const files = filesOf(drawn.map(([size]) => size));
        const of = (kind: string): readonly FoundFile[] => files.filter((_, at) => drawn[at]?.[1] === kind);
        const { batches, firstCareful } = planBatches(files, suspectsOf(of('last'), of('out')));
        expect(batches.slice(0, firstCareful).flat()).toEqual(of('plain'));
        expect(batches.slice(firstCareful)).toEqual(of('last').map((file) => [file]));
      }),
    );
  });

  it('are small at first, so that something is found at once, and never of more source than memory is meant for', () => {
    const batches = planBatches(filesOf(new Array<number>(2000).fill(7000)), suspectsOf()).batches;
    const [first = []] = batches;
    const largest = Math.max(...batches.map(bytesOf));
    expect(bytesOf(first)).toBeLessThan(largest / 4);
    expect(largest).toBeLessThanOrEqual(500_000);
  });

  it('take a file that is larger than a batch alone', () => {
    const batches = planBatches(filesOf([10, 900_000, 10]), suspectsOf()).batches;
    expect(batches.map((batch) => batch.map(({ size }) => size))).toEqual([[10], [900_000], [10]]);
  });

  it('are written alone where it was not found out by less, or a suspect is large', () => {
    const files = filesOf([10, 10, 100_000]);
    const { isAlone } = planBatches(files, suspectsOf(files, [], files.slice(1, 2)));
    expect([0, 1, 2].map(isAlone)).toEqual([false, true, true]);
  });
});

import { describe, expect, it } from 'vitest';
import type { FoundFile } from '../../src/core/files.ts';
import { countSkips, inReadingOrder, type KnownFile, MAX_ATTEMPTS, planWork, putFirst } from '../../src/core/plan.ts';

const found = (path: string, size = 10, mtimeMs = 1000): FoundFile => ({ path, size, mtimeMs });
const known = (path: string, change: Partial<KnownFile> = {}): KnownFile => ({
  path,
  size: 10,
  mtimeMs: 1000,
  hash: 'h',
  state: 'indexed',
  skipReason: '',
  attempts: 0,
  ...change,
});
const ledger = (...files: KnownFile[]): Map<string, KnownFile> => new Map(files.map((file) => [file.path, file]));

describe('planWork', () => {
  it.each([
    ['a new file is read', [found('a')], ledger(), ['a'], [], 0],
    ['an unchanged file is left alone', [found('a')], ledger(known('a')), [], [], 1],
    ['another size is read', [found('a', 11)], ledger(known('a')), ['a'], [], 0],
    ['an older time is read too: clocks jump', [found('a', 10, 500)], ledger(known('a')), ['a'], [], 0],
    ['a file that is gone is removed', [], ledger(known('a')), [], ['a'], 0],
    ['a failed file is tried again', [found('a')], ledger(known('a', { state: 'failed', attempts: 1 })), ['a'], [], 0],
    ['but not for ever', [found('a')], ledger(known('a', { state: 'failed', attempts: MAX_ATTEMPTS })), [], [], 1],
    ['until it changes', [found('a', 11)], ledger(known('a', { state: 'failed', attempts: MAX_ATTEMPTS })), ['a'], [], 0],
    [
      'one that was too large is read when the limit lets it through',
      [found('a')],
      ledger(known('a', { state: 'skipped', skipReason: 'too-large' })),
      ['a'],
      [],
      0,
    ],
    ['a skipped file is left alone', [found('a')], ledger(known('a', { state: 'skipped' })), [], [], 1],
  ] as const)('%s', (_, files, entries, read, removed, unchanged) => {
    const plan = planWork([...files], entries, Number.POSITIVE_INFINITY);
    expect(plan.read.map((file) => file.path)).toEqual(read);
    expect(plan.removed).toEqual(removed);
    expect(plan.unchanged).toBe(unchanged);
  });

  it('reads what the system noted as changed since the last look, whatever size and time say', () => {
    const files = [
      { ...found('a'), ctimeMs: 4999 },
      { ...found('b'), ctimeMs: 5000 },
    ];
    const plan = planWork(files, ledger(known('a'), known('b')), 5000);
    expect(plan.read.map(({ path }) => path)).toEqual(['b']);
  });

  it.each([
    ['changed', [found('a'), found('lib/.quarryignore', 11)]],
    ['removed', [found('a')]],
  ])('reads everything when a .quarryignore was %s', (_, files) => {
    const entries = ledger(known('a'), known('lib/.quarryignore'));
    expect(planWork(files, entries, Number.POSITIVE_INFINITY).read).toEqual(files);
  });
});

describe('inReadingOrder', () => {
  it('puts code before prose, and tests after what they test', () => {
    const order = inReadingOrder([found('README.md'), found('src/deep/b.ts'), found('test/a.ts'), found('src/a.ts')], (path) =>
      path.endsWith('.ts'),
    );
    expect(order.map((file) => file.path)).toEqual(['src/a.ts', 'src/deep/b.ts', 'test/a.ts', 'README.md']);
  });
});

describe('countSkips', () => {
  it('counts reasons, most frequent first', () => {
    const skipped = [
      { path: 'a', reason: 'binary' },
      { path: 'b', reason: 'secret' },
      { path: 'c', reason: 'binary' },
    ] as const;
    expect(countSkips(skipped)).toEqual([
      { reason: 'binary', count: 2 },
      { reason: 'secret', count: 1 },
    ]);
  });
});

describe('putFirst', () => {
  it('puts what is named first, in the order of the names, and leaves the rest as it is', () => {
    const files = ['a', 'b', 'c', 'd'].map((path) => found(path));
    expect(putFirst(files, ['d', 'gone', 'b', 'd']).map(({ path }) => path)).toEqual(['d', 'b', 'a', 'c']);
    expect(putFirst(files, [])).toEqual(files);
  });
});

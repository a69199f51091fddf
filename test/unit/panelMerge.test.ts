import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allHits, groupByFile, hitKey } from '../../webview-ui/model/groups.ts';
import { mergeRefined } from '../../webview-ui/model/merge.ts';
import { visibleRows } from '../../webview-ui/model/navigation.ts';
import { hitAt, hitsAt, placesOf } from './panelHits.ts';

describe('groupByFile', () => {
  test.each([
    { name: 'nothing', hits: [], expected: [] },
    {
      name: 'a file stands where its best hit stood',
      hits: ['b:1', 'a:1', 'b:9', 'c:1', 'a:2'],
      expected: ['b:1', 'b:9', 'a:1', 'a:2', 'c:1'],
    },
    { name: 'the same hit twice is shown once', hits: ['a:1', 'a:1'], expected: ['a:1'] },
  ])('$name', ({ hits, expected }) => {
    expect(placesOf(allHits(groupByFile(hitsAt(...hits))))).toEqual(expected);
  });

  test('files of the same name in two folders stay apart', () => {
    const groups = groupByFile([hitAt('a:1'), hitAt('a:1', { folder: '/other' })]);
    expect(groups.map((group) => group.folder)).toEqual(['/work', '/other']);
  });
});

describe('mergeRefined', () => {
  test.each([
    { name: 'no anchor: the new order', shown: 'a:1 b:1', next: 'b:1 a:1', anchor: null, expected: 'b:1 a:1', better: false },
    { name: 'an anchor that is gone: the new order', shown: 'a:1', next: 'b:1', anchor: 'z:1', expected: 'b:1', better: false },
    {
      name: 'rows at and above the anchor stay',
      shown: 'a:1 b:1 c:1',
      next: 'c:1 d:1 b:1 a:1',
      anchor: 'b:1',
      expected: 'a:1 b:1 c:1 d:1',
      better: true,
    },
    {
      name: 'rows below take the new order',
      shown: 'a:1 b:1 c:1',
      next: 'a:1 c:1 b:1',
      anchor: 'a:1',
      expected: 'a:1 c:1 b:1',
      better: false,
    },
    {
      name: 'a new hit in the file of the anchor comes below it',
      shown: 'a:1 a:5',
      next: 'a:9 a:1 a:5',
      anchor: 'a:1',
      expected: 'a:1 a:9 a:5',
      better: true,
    },
    { name: 'a new hit in a file above waits', shown: 'a:1 b:1', next: 'a:7 a:1 b:1', anchor: 'b:1', expected: 'a:1 b:1', better: true },
    { name: 'a hit above that fell out stays', shown: 'a:1 b:1', next: 'b:1', anchor: 'b:1', expected: 'a:1 b:1', better: true },
    {
      name: 'the same answer changes nothing',
      shown: 'a:1 a:2 b:1',
      next: 'a:1 a:2 b:1',
      anchor: 'b:1',
      expected: 'a:1 a:2 b:1',
      better: false,
    },
    {
      name: 'a file row as anchor keeps its first hit',
      shown: 'a:1 b:1 b:2',
      next: 'b:2 b:1 a:1',
      anchor: 'file b',
      expected: 'a:1 b:1 b:2',
      better: true,
    },
  ])('$name', ({ shown, next, anchor, expected, better }) => {
    const key = anchor === null ? null : anchor.startsWith('file ') ? `/work\n${anchor.slice(5)}` : hitKey(hitAt(anchor));
    const merged = mergeRefined(groupByFile(hitsAt(...shown.split(' '))), hitsAt(...next.split(' ')), key);
    expect(placesOf(allHits(merged.groups)).join(' ')).toBe(expected);
    expect(merged.better).toBe(better);
  });

  test('rows that stay take their new number and score', () => {
    const merged = mergeRefined(groupByFile([hitAt('a:1')]), [hitAt('a:1', { id: 77, score: 3 })], hitKey(hitAt('a:1')));
    expect(allHits(merged.groups)).toEqual([hitAt('a:1', { id: 77, score: 3 })]);
  });

  test('a row whose code moved or was edited becomes its successor in place, and its key is told', () => {
    const moved = hitAt('a:1', { symbol: 'f' });
    const edited = hitAt('b:1', { symbol: 'g', stale: 'changed' });
    const next = [hitAt('b:2', { symbol: 'g', text: 'edited' }), hitAt('a:2', { symbol: 'f', bestLine: 2 })];
    const merged = mergeRefined(groupByFile([moved, edited, hitAt('c:1')]), next, hitKey(hitAt('c:1')));
    expect(placesOf(allHits(merged.groups))).toEqual(['a:2', 'b:2', 'c:1']);
    expect(allHits(merged.groups)[0]?.bestLine).toBe(2);
    expect([...merged.renamed]).toEqual([
      [hitKey(moved), hitKey(next[1] ?? moved)],
      [hitKey(edited), hitKey(next[0] ?? moved)],
    ]);
  });

  test('another hit of the same name is no successor of one that merely fell out', () => {
    const merged = mergeRefined(groupByFile([hitAt('a:1', { symbol: 'f' })]), [hitAt('a:9', { symbol: 'f', text: 'other' })], '/work\na');
    expect(placesOf(allHits(merged.groups))).toEqual(['a:1', 'a:9']);
  });

  const places = fc.uniqueArray(fc.constantFrom(...['a', 'b', 'c', 'd'].flatMap((file) => [1, 2, 3].map((line) => `${file}:${line}`))), {
    minLength: 1,
  });

  test('never moves a row at or above the anchor, shows no row twice, and shows each new hit unless it offers the new order', () => {
    fc.assert(
      fc.property(places, places, fc.nat(), (before, after, pick) => {
        const shown = groupByFile(hitsAt(...before));
        const rows = visibleRows(shown, []);
        const at = pick % rows.length;
        const anchor = rows[at]?.key ?? null;
        const merged = mergeRefined(shown, hitsAt(...after), anchor);
        const keys = visibleRows(merged.groups, []).map((row) => row.key);
        expect(keys.slice(0, at + 1)).toEqual(rows.slice(0, at + 1).map((row) => row.key));
        expect(new Set(keys).size).toBe(keys.length);
        const missing = after.filter((place) => !placesOf(allHits(merged.groups)).includes(place));
        expect(missing.length === 0 || merged.better).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOPS, type Hop, mergeHops, namesIn, neighboursOf } from '../../src/core/ranking/hops.ts';
import type { Candidate, Ranked } from '../../src/core/ranking/types.ts';

function chunk(id: string, fields: Partial<Candidate> = {}): Candidate {
  const empty = { tokens: '', names: '', part: 0, vector: null, keywordScore: 0, startLine: 1, endLine: 2 };
  return { ...empty, id, path: `${id}.ts`, language: 'typescript', kind: 'function', symbol: id, name: id, text: '', ...fields };
}

const row = (id: string, score: number): Ranked => ({ candidate: chunk(id), score, why: [] });
const hop = (id: string, from: string, kind: Hop['kind'] = 'named'): Hop => ({ candidate: chunk(id), from: chunk(from), kind });
const ids = (rows: readonly Ranked[]): string => rows.map(({ candidate }) => candidate.id).join(' ');

describe('the names that an answer leads to', () => {
  test('are what it calls and what can only be a name, and not its own', () => {
    const text = 'function sendAll(list) {\n  for (const item of list) uploadPart(item, MAX_SIZE);\n  return sendAll(rest);\n}';
    expect(namesIn(chunk('sendAll', { text }))).toEqual(['uploadPart', 'MAX_SIZE']);
  });
  test('are few', () => {
    const text = Array.from({ length: 50 }, (_, at) => `callNumber${at}()`).join(';');
    expect(namesIn(chunk('a', { text })).length).toBeLessThanOrEqual(12);
  });
});

test('neighbours are the chunks right before and after', () => {
  const places = [1, 10, 20, 30].map((startLine) => ({ startLine, endLine: startLine + 5, part: 0 }));
  const at = (index: number) => places[index] as (typeof places)[number];
  expect(neighboursOf(at(1), places)).toEqual([at(0), at(2)]);
  expect(neighboursOf(at(0), places)).toEqual([at(1)]);
  expect(neighboursOf({ startLine: 2, endLine: 3, part: 0 }, places)).toEqual([]);
});

describe('one order of both hops', () => {
  const first = ['a', 'b', 'c', 'd'].map((id, at) => row(id, 1 - at * 0.1));
  const constants = { ...HOPS, reserved: 2 };

  test('keeps the first places, and puts what they lead to below them with the reason', () => {
    const merged = mergeHops(first, [...first, row('x', 0.01)], [hop('x', 'a')], 10, {
      ...constants,
      share: { ...HOPS.share, named: 0.75 },
    });
    expect(ids(merged)).toBe('a b c x d');
    expect(merged[3]?.why).toEqual([{ signal: 'hop', effect: 'info', value: 0.75, detail: 'named by `a`, an answer of the first hop' }]);
  });

  test('lifts a row of the first hop that an answer above it leads to, and never pushes one down for it', () => {
    expect(ids(mergeHops(first, first, [hop('d', 'a')], 10, { ...constants, share: { ...HOPS.share, named: 0.95 } }))).toBe('a b d c');
    expect(ids(mergeHops(first, first, [hop('c', 'd')], 10, constants))).toBe('a b c d');
  });

  test('whatever the hops are: the reserved places stay, no row stands twice, scores fall, the limit holds', () => {
    const ranked = fc
      .uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 12 })
      .map((all) => all.map((id, at) => row(`${id}`, 1 - at / 20)));
    const hops = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 20 }), fc.constantFrom('named', 'neighbour', 'similar' as const)),
    );
    fc.assert(
      fc.property(ranked, hops, fc.integer({ min: 1, max: 15 }), (one, led, limit) => {
        const pool = [
          ...one,
          ...led.filter(([id]) => !one.some(({ candidate }) => candidate.id === `${id}`)).map(([id]) => row(`${id}`, id / 40)),
        ];
        const merged = mergeHops(
          one,
          pool,
          led.map(([id, from, kind]) => hop(`${id}`, `${from}`, kind as Hop['kind'])),
          limit,
        );
        const kept = Math.min(limit, HOPS.reserved, one.length);
        expect(ids(merged.slice(0, kept))).toBe(ids(one.slice(0, kept)));
        expect(new Set(merged.map(({ candidate }) => candidate.id)).size).toBe(merged.length);
        expect(merged.length).toBeLessThanOrEqual(limit);
        for (let at = 1; at < merged.length; at++) expect(merged[at]?.score).toBeLessThanOrEqual(merged[at - 1]?.score ?? 0);
      }),
    );
  });
});

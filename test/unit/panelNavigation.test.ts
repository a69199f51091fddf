import { describe, expect, test } from 'vitest';
import { groupByFile, hitKey } from '../../webview-ui/model/groups.ts';
import { AT_DRAFT, walkHistory } from '../../webview-ui/model/history.ts';
import { leavesText, type MoveKey, move, stepHit } from '../../webview-ui/model/navigation.ts';
import { hitAt, hitsAt } from './panelHits.ts';

const GROUPS = groupByFile(hitsAt('a:1', 'a:2', 'b:1', 'c:1'));
const file = (name: string): string => `/work\n${name}`;
const hit = (place: string): string => hitKey(hitAt(place));

describe('move', () => {
  const check = (keys: readonly MoveKey[], from: string | null, active: string | null, collapsed: readonly string[] = []): void => {
    const position = keys.reduce((at, key) => move(GROUPS, at, key), { active: from, collapsed: [] as readonly string[] });
    expect(position).toEqual({ active, collapsed });
  };

  test.each<[string, readonly MoveKey[], string | null, string | null]>([
    ['Down from nowhere is the first hit', ['ArrowDown'], null, hit('a:1')],
    ['Up from nowhere is the last hit', ['ArrowUp'], null, hit('c:1')],
    ['Down goes through file rows', ['ArrowDown'], hit('a:2'), file('b')],
    ['Up stops at the top', ['ArrowUp', 'ArrowUp'], hit('a:1'), file('a')],
    ['Down stops at the end', ['ArrowDown'], hit('c:1'), hit('c:1')],
    ['Home', ['Home'], hit('c:1'), file('a')],
    ['End', ['End'], hit('a:1'), hit('c:1')],
    ['PageDown', ['PageDown'], file('a'), hit('c:1')],
    ['PageUp', ['PageUp'], hit('b:1'), file('a')],
    ['Left on a hit leads to its file', ['ArrowLeft'], hit('a:2'), file('a')],
    ['Right on an open file leads to its first hit', ['ArrowRight'], file('b'), hit('b:1')],
    ['Right on a hit stays', ['ArrowRight'], hit('b:1'), hit('b:1')],
  ])('%s', (_, keys, from, active) => check(keys, from, active));

  test('Left on a file closes it, and its hits are passed over', () =>
    check(['ArrowLeft', 'ArrowDown'], file('a'), file('b'), [file('a')]));
  test('Left and Right on a file end as they began', () => check(['ArrowLeft', 'ArrowRight'], file('a'), file('a')));
});

describe('stepHit', () => {
  test.each<[string | null, 1 | -1, string | null]>([
    [null, 1, hit('a:1')],
    [null, -1, hit('c:1')],
    [hit('a:2'), 1, hit('b:1')],
    [file('b'), 1, hit('b:1')],
    [hit('b:1'), -1, hit('a:2')],
    [hit('c:1'), 1, null],
    [hit('a:1'), -1, null],
  ])('from %j by %i', (active, by, expected) => {
    expect(stepHit(GROUPS, active, by)).toBe(expected);
  });
});

test.each<[string, number, 1 | -1, boolean]>([
  ['', 0, -1, true],
  ['one line', 4, -1, true],
  ['one line', 4, 1, true],
  ['two\nlines', 2, 1, false],
  ['two\nlines', 6, -1, false],
  ['two\nlines', 6, 1, true],
])('leavesText %j at %i by %i', (text, caret, by, expected) => {
  expect(leavesText(text, caret, by)).toBe(expected);
});

describe('walkHistory', () => {
  const history = ['newest', 'older', 'oldest'];
  const walked = (current: string, steps: readonly (1 | -1)[]): string | null => {
    let walk = AT_DRAFT;
    let question: string | null = current;
    for (const by of steps) {
      const step = walkHistory(history, walk, question ?? '', by);
      question = step?.question ?? null;
      if (step !== null) walk = step.walk;
    }
    return question;
  };

  test.each<[string, string, readonly (1 | -1)[], string | null]>([
    ['the first step is the newest', 'draft', [-1], 'newest'],
    ['then older ones', 'draft', [-1, -1, -1], 'oldest'],
    ['and no further', 'draft', [-1, -1, -1, -1], null],
    ['back to what was being written', 'draft', [-1, -1, 1, 1], 'draft'],
    ['nothing newer than what is being written', 'draft', [1], null],
    ['the question on the screen is not offered again', 'newest', [-1], 'older'],
  ])('%s', (_, current, steps, expected) => {
    expect(walked(current, steps)).toBe(expected);
  });
});

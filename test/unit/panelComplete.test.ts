import { describe, expect, test } from 'vitest';
import { applyCompletion, completionsAt } from '../../webview-ui/model/complete.ts';

/** `|` is the caret. */
function offered(marked: string, asked = false, known: readonly string[] = []): readonly string[] | null {
  const caret = marked.indexOf('|');
  return completionsAt(marked.replace('|', ''), caret, known, asked)?.items.map(({ insert }) => insert) ?? null;
}

describe('completionsAt', () => {
  test.each<[string, boolean, readonly string[] | null]>([
    ['retries lang:pyt|', false, ['python']],
    ['retries LANG:pyt|', false, ['python']],
    ['lang:go,pyt| more', false, ['python']],
    ['lang:python|', false, null],
    ['lang:nothing like it|', false, null],
    ['kind:|', false, ['function', 'method', 'class', 'interface', 'struct', 'enum', 'trait', 'type']],
    ['-kind:me|', false, ['method']],
    ['in the file|', false, null],
    ['in the fi|', true, ['file:']],
    ['-|', true, ['-path:']],
    ['path:src|', true, null],
  ])('%s (asked: %s)', (text, asked, expected) => {
    expect(offered(text, asked)).toEqual(expected);
  });

  test('asked for in an empty box it names every filter', () => {
    expect(offered('|', true)).toEqual(['lang:', 'path:', '-path:', 'file:', 'kind:', 'sym:', 'in:']);
  });

  test('languages met in answers come first', () => {
    expect(offered('lang:|', false, ['yaml', 'rust'])?.slice(0, 2)).toEqual(['rust', 'yaml']);
  });
});

test.each([
  ['a lang:py| b', 'python', 'a lang:python| b'],
  ['a lang:py|', 'python', 'a lang:python |'],
  ['a la|', 'lang:', 'a lang:|'],
])('applyCompletion %s', (marked, insert, expected) => {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const at = completionsAt(text, caret, [], true);
  if (at === null) throw new Error('Nothing was offered.');
  const done = applyCompletion(text, at, { insert, detail: '' });
  expect(`${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`).toBe(expected);
});

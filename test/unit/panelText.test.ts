import { describe, expect, test } from 'vitest';
import { highlightLines, tokenClass } from '../../webview-ui/model/highlight.ts';
import { grammarFor } from '../../webview-ui/model/languages.ts';
import { markRanges } from '../../webview-ui/model/marks.ts';
import { breadcrumb, shortenMiddle, splitPath } from '../../webview-ui/model/paths.ts';
import { cutPieces } from '../../webview-ui/model/pieces.ts';
import { chooseSnippet } from '../../webview-ui/model/snippet.ts';
import { whyLines } from '../../webview-ui/model/why.ts';

describe('shortenMiddle', () => {
  test.each([
    ['src/upload', 20, 'src/upload'],
    ['packages/server/internal/transfer/http', 30, 'packages/…/transfer/http'],
    ['packages/server/internal/transfer/http', 24, 'packages/…/transfer/http'],
    ['packages/server/internal/transfer/http', 16, 'packages/…/http'],
    ['packages/server/internal/transfer/http', 8, '…/http'],
    ['averyveryverylongfoldername', 10, 'avery…name'],
    ['src/upload', 1, '…'],
    ['', 5, ''],
  ])('%s in %i columns', (path, columns, expected) => {
    expect(shortenMiddle(path, columns)).toBe(expected);
    expect(shortenMiddle(path, columns).length).toBeLessThanOrEqual(Math.max(columns, 1));
  });

  test.each([
    ['src/upload/retry.ts', { name: 'retry.ts', directory: 'src/upload' }],
    ['README.md', { name: 'README.md', directory: '' }],
  ])('splitPath %s', (path, expected) => {
    expect(splitPath(path)).toEqual(expected);
  });

  test.each([
    ['Uploader.retryFailed', ['Uploader', 'retryFailed']],
    ['std::vector::push', ['std', 'vector', 'push']],
    ['Operations > Retries', ['Operations', 'Retries']],
    ['Array#map', ['Array', 'map']],
    ['', []],
  ])('breadcrumb %s', (symbol, expected) => {
    expect(breadcrumb(symbol)).toEqual(expected);
  });
});

describe('markRanges', () => {
  test.each([
    ['retryFailed(queue)', ['retry', 'Failed'], ['retry', 'Failed']],
    ['const string = "in"', ['in'], ['in']],
    ['HTTPServer', ['HTTP', 'Server'], ['HTTP', 'Server']],
    ['uploads and upload', ['upload'], ['upload', 'upload']],
    ['uploader', ['upload'], []],
    ['max_attempts_2', ['attempts', '2'], ['attempts', '2']],
    ['überprüfung prüfung', ['prüfung'], ['prüfung']],
    ['retryFailed', ['retryFailed', 'retry'], ['retryFailed']],
    ['a.b', ['.', ''], ['.']],
  ])('%s with %j', (line, words, expected) => {
    expect(markRanges(line, words).map(({ start, end }) => line.slice(start, end))).toEqual(expected);
  });
});

describe('chooseSnippet', () => {
  const text = (lines: number): string => Array.from({ length: lines }, (_, index) => `  line ${index + 1}`).join('\n');
  const shown = (source: { text: string; bestLine: number; matched?: readonly string[]; startLine?: number }): readonly number[] =>
    chooseSnippet({ startLine: 1, matched: [], ...source }).map((line) => line.number);

  test.each([
    { name: 'a short chunk whole', source: { text: text(8), bestLine: 1 }, expected: [1, 2, 3, 4, 5, 6, 7, 8] },
    { name: 'two lines around the best', source: { text: text(40), bestLine: 20 }, expected: [18, 19, 20, 21, 22] },
    { name: 'the top has room below only', source: { text: text(40), bestLine: 1 }, expected: [1, 2, 3, 4, 5] },
    { name: 'the end has room above only', source: { text: text(40), bestLine: 40 }, expected: [36, 37, 38, 39, 40] },
    {
      name: 'grows to a matched word below',
      source: { text: text(40), bestLine: 20, matched: ['24'] },
      expected: [18, 19, 20, 21, 22, 23, 24],
    },
    {
      name: 'grows to a matched word above',
      source: { text: text(40), bestLine: 20, matched: ['16'] },
      expected: [16, 17, 18, 19, 20, 21, 22],
    },
    { name: 'does not grow beyond eight lines', source: { text: text(40), bestLine: 20, matched: ['30'] }, expected: [18, 19, 20, 21, 22] },
    { name: 'blank edges go', source: { text: '\n\na\n\n', bestLine: 3 }, expected: [3] },
    { name: 'a best line outside the chunk counts as its edge', source: { text: text(3), bestLine: 99 }, expected: [1, 2, 3] },
    { name: 'numbers are those of the file', source: { text: text(3), bestLine: 101, startLine: 100 }, expected: [100, 101, 102] },
  ])('$name', ({ source, expected }) => {
    expect(shown(source)).toEqual(expected);
  });

  test('cuts the indentation that all lines share, tabs too', () => {
    const lines = chooseSnippet({ text: '\t\tif (x) {\n\n\t\t\tgo();\n\t\t}', startLine: 1, bestLine: 1, matched: [] });
    expect(lines.map((line) => line.from)).toEqual([2, 0, 2, 2]);
  });

  test('brings a match at the far end of a very long line into view', () => {
    const [line] = chooseSnippet({ text: `${'x '.repeat(5000)}needle`, startLine: 1, bestLine: 1, matched: ['needle'] });
    expect(line?.from).toBe(9960);
    expect((line?.to ?? 0) - (line?.from ?? 0)).toBeLessThanOrEqual(240);
  });
});

describe('highlightLines', () => {
  test.each([
    'typescript',
    'typescriptreact',
    'python',
    'go',
    'rust',
    'html',
    'vue',
    'markdown',
    'yaml',
    'toml',
    'shellscript',
    'zig',
    'brainfog',
  ])('the tokens of %s joined are the text', (language) => {
    const text = `// <b>"x"</b> & 'y'\nfn main() { return \`a\n\${b}\`; }\n\n# last\n`;
    const lines = highlightLines(text, language);
    expect(lines.map((line) => line.map((token) => token.text).join('')).join('\n')).toBe(text);
  });

  test('knows what words are', () => {
    const [line] = highlightLines('const name = "text"; // why 12', 'typescript');
    const looks = line?.map((token) => [token.text, tokenClass(token.scope)]).filter(([, look]) => look !== 'plain');
    expect(looks).toEqual([
      ['const', 'keyword'],
      ['"text"', 'string'],
      ['// why 12', 'comment'],
    ]);
  });

  test('a comment that began lines above is still a comment', () => {
    const lines = highlightLines('/* one\n const two\n*/ const three', 'typescript');
    expect(lines[1]?.map((token) => tokenClass(token.scope))).toEqual(['comment']);
  });

  test.each([
    ['shellscript', 'bash'],
    ['csharp', 'csharp'],
    ['constructor', null],
  ])('grammarFor %s', (language, expected) => {
    expect(grammarFor(language)).toBe(expected);
  });
});

test('cutPieces splits tokens where marks and cuts are, and keeps the text', () => {
  const tokens = [
    { text: '  await ', scope: 'keyword' },
    { text: 'retryFailed', scope: '' },
  ];
  expect(cutPieces(tokens, [{ start: 8, end: 13 }], 2, 16)).toEqual([
    { text: 'await ', scope: 'keyword', marked: false },
    { text: 'retry', scope: '', marked: true },
    { text: 'Fai', scope: '', marked: false },
  ]);
});

test('whyLines writes sizes that can be compared', () => {
  const lines = whyLines([
    { signal: 'keyword', effect: 'score', value: 0.5, detail: 'a' },
    { signal: 'dense', effect: 'score', value: -0.25, detail: 'b' },
    { signal: 'definition', effect: 'factor', value: 2, detail: 'c' },
    { signal: 'tests', effect: 'factor', value: 0.5, detail: 'd' },
    { signal: 'rank', effect: 'info', value: 3, detail: 'e' },
    { signal: 'broken', effect: 'score', value: Number.NaN, detail: 'f' },
  ]);
  expect(lines.map(({ size, effect, weight }) => [size, effect, weight])).toEqual([
    ['+0.50', 'up', 1],
    ['−0.25', 'down', 0.5],
    ['×2.00', 'up', 1],
    ['×0.50', 'down', 1],
    ['', 'info', 0],
    ['', 'down', 0],
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveLanguage } from '../../src/core/languages.ts';
import { analyseQuestion } from '../../src/core/query/analyse.ts';
import { textCondition } from '../../src/core/query/filter.ts';
import { withoutLanguageNames } from '../../src/core/query/languageNames.ts';
import { type ParsedQuery, parseQuery } from '../../src/core/query/parse.ts';

describe('parseQuery', () => {
  it.each<[string, Partial<ParsedQuery>]>([
    ['where are uploads retried', { text: 'where are uploads retried', hints: [] }],
    ['retry lang:go path:src/net/', { text: 'retry', languages: ['go'], include: ['src/net/**'] }],
    ['lang:python,go x', { text: 'x', languages: ['python', 'go'] }],
    ['path:upload x', { include: ['upload', 'upload/**', '**/upload', '**/upload/**'] }],
    ['path:src/**/*.ts x', { include: ['src/**/*.ts'] }],
    ['-path:test/ x', { text: 'x', exclude: ['test/**'] }],
    ['path:"a b/" x', { text: 'x', include: ['a b/**'] }],
    ['file:routing.py x', { include: ['**/routing.py'] }],
    ['file:routing x', { include: ['**/routing', '**/routing.*'] }],
    ['in:src/http x', { include: ['src/http/**'] }],
    ['kind:class,fn x', { text: 'x', kinds: ['class', 'function'] }],
    ['sym:Foo', { text: 'Foo', symbols: ['Foo'] }],
    ['sym:Foo parse', { text: 'parse', symbols: ['Foo'] }],
    ['"not found" handler', { text: 'not found handler', phrases: ['not found'] }],
    ['std::vector http://x.org a:b', { text: 'std::vector http://x.org a:b' }],
    ['if (a) {\n  b();\n}', { text: 'if (a) {\n  b();\n}', hints: [] }],
    ['an "open quote', { text: 'an "open quote', phrases: [] }],
    ['  File "/app/net.py", line 86, in get', { text: 'File "/app/net.py", line 86, in get', phrases: [] }],
    ['const text = "not found";', { text: 'const text = "not found";', phrases: [] }],
    ['KeyError: no "name" in row', { phrases: [] }],
    ['"KeyError: no name"', { phrases: ['KeyError: no name'] }],
    ['lang:py KeyError: no "name"', { text: 'KeyError: no "name"', languages: ['python'], phrases: [] }],
    ['', { text: '' }],
    ['lang:go', { text: '', languages: ['go'] }],
    // A filter that is still being typed is no word yet.
    ['retry lang:', { text: 'retry', hints: [] }],
    ['retry -path:', { text: 'retry' }],
    ['a line\nof two path:', { text: 'a line of two' }],
    ['what is file: for', { text: 'what is file: for' }],
    ['if x:\n  return\nelse:', { text: 'if x:\n  return\nelse:' }],
  ])('%s', (text, expected) => {
    expect(parseQuery(text, resolveLanguage)).toMatchObject(expected);
  });

  it.each([
    ['lang:klingon x', 'lang:klingon x', 'no language "klingon"'],
    ['kind:thing x', 'kind:thing x', 'no kind "thing"'],
    ['author:bob x', 'author:bob x', 'no filter "author:"'],
    ['-kind:class x', '-kind:class x', 'cannot be excluded'],
  ])('%s is searched as words, with a hint', (text, words, hint) => {
    const query = parseQuery(text, resolveLanguage);
    expect(query.text).toBe(words);
    expect(query.hints.join(' ')).toContain(hint);
  });

  it('uses the first part of an endless question and says so', () => {
    const query = parseQuery('word '.repeat(2000));
    expect(query.text.length).toBeLessThanOrEqual(4000);
    expect(query.hints.join(' ')).toContain('4,000');
  });

  it('never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parseQuery(text).text.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('textCondition', () => {
  const row = { symbol: 'Uploader.retryAll', names: 'attempt', text: 'throw new Error("Not Found")' };
  it.each([
    ['"not found"', true],
    ['"not there"', false],
    ['sym:retryall', true],
    ['sym:Uploader', true],
    ['sym:attempt', true],
    ['sym:retry', false],
    ['sym:Uploader.retryAll "found"', true],
  ])('%s', (text, expected) => {
    expect(textCondition(parseQuery(text))?.(row)).toBe(expected);
  });

  it('is null when there is none', () => expect(textCondition(parseQuery('plain words'))).toBeNull());
});

describe('analyseQuestion', () => {
  it.each([
    ['retryUpload', 'symbol', 'retryUpload'],
    ['Uploader.retryAll', 'symbol', 'retryAll'],
    ['std::vector', 'symbol', 'vector'],
    ['retryAll()', 'symbol', 'retryAll'],
    ['valid?', 'symbol', 'valid? valid'],
    ['Row.name=', 'symbol', 'name= name'],
    ['Row.save!', 'symbol', 'save! save'],
    ['src/net/uploader.ts', 'path', ''],
    ['routing.py', 'path', ''],
    ['app.get', 'symbol', 'get'],
    ['how are uploads retried', 'question', ''],
    ['does retryUpload wait?', 'question', 'retryUpload'],
    ['upload retry', 'keywords', ''],
    ['fix uploads that hang', 'change', ''],
    ['uploads do not wait', 'change', ''],
    ['should uploads wait?', 'question', ''],
    ['const x = await fetch(url);', 'code', ''],
    ['how .refine and fmt::arg call `parse` or run() in config.json', 'question', 'refine arg parse run'],
    ['TypeError: x is not a function', 'error-message', 'TypeError'],
  ])('%s', (text, kind, names) => {
    const question = analyseQuestion(text);
    expect(question.kind).toBe(kind);
    expect(question.names.join(' ')).toBe(names);
  });

  it('keeps the names of pasted code few', () => {
    const code = Array.from({ length: 200 }, (_, index) => `someName${index}();`).join('\n');
    expect(analyseQuestion(code).names.length).toBeLessThanOrEqual(24);
  });
});

describe('withoutLanguageNames', () => {
  it.each([
    ['sort a list in python', 'sort a list in'],
    ['sort a list in Java', 'sort a list in Java'],
    ['python lists', 'python lists'],
    ['go to the next line', 'go to the next line'],
  ])('%s', (question, expected) => {
    expect(withoutLanguageNames(question, (language) => language === 'python').trim()).toBe(expected);
  });
});

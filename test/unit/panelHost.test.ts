import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { HitTable } from '../../src/host/panel/hitTable.ts';
import { panelHtml } from '../../src/host/panel/html.ts';
import { readMessage } from '../../src/host/panel/messages.ts';
import { expandGlob, filtersOf, placeLabel, toRequest } from '../../src/host/panel/request.ts';
import { findStale } from '../../src/host/panel/stale.ts';
import { NO_FILTERS } from '../../src/protocol/panel.ts';
import { excludingFolderOf, parseGlobs } from '../../webview-ui/model/filters.ts';
import { hitAt } from './panelHits.ts';

const SEARCH = { type: 'search', search: 1, question: 'q', filters: NO_FILTERS, similar: false, limit: 50, remember: false };

describe('readMessage', () => {
  test.each([
    { type: 'ready', session: null },
    { type: 'ready', session: 'one' },
    SEARCH,
    { type: 'cancel' },
    { type: 'draft', question: '', filters: { ...NO_FILTERS, kinds: ['class'] } },
    { type: 'open', hit: 3, toSide: true, keepFocus: false },
    { type: 'copyPath', hit: 0 },
    { type: 'findSimilar', hit: 0 },
    { type: 'forget', question: null },
    { type: 'run', action: 'resume' },
  ])('takes %j', (message) => {
    expect(readMessage(message)).toEqual(message);
  });

  test.each([
    null,
    'open',
    [],
    {},
    { type: 'open' },
    { type: 'open', hit: '/etc/passwd', toSide: true, keepFocus: true },
    { type: 'open', hit: -1, toSide: true, keepFocus: true },
    { type: 'open', hit: 1.5, toSide: true, keepFocus: true },
    { type: 'run', action: 'workbench.action.terminal.new' },
    { type: 'run' },
    { ...SEARCH, limit: 100_000 },
    { ...SEARCH, limit: 0 },
    { ...SEARCH, question: 7 },
    { ...SEARCH, filters: { ...NO_FILTERS, mode: 'all' } },
    { ...SEARCH, filters: { ...NO_FILTERS, include: 'src' } },
    { ...SEARCH, filters: null },
    { type: 'ready' },
  ])('drops %j', (message) => {
    expect(readMessage(message)).toBeNull();
  });

  test('hands on nothing but what it knows', () => {
    const read = readMessage({ ...SEARCH, filters: { ...NO_FILTERS, kinds: ['class', 'spell'], more: 1 }, more: 1 });
    expect(read).toEqual({ ...SEARCH, filters: { ...NO_FILTERS, kinds: ['class'] } });
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('open', 'search', 'run', 'ready'), (value, type) => {
        readMessage(value);
        readMessage(typeof value === 'object' ? { ...value, type } : value);
      }),
    );
  });
});

describe('filters as globs', () => {
  test.each<[string, string, boolean]>([
    ['*.ts', 'src/deep/a.ts', true],
    ['src', 'src/a.ts', true],
    ['src', 'packages/one/src/a.ts', true],
    ['src', 'srcs/a.ts', false],
    ['src/upload', 'src/upload/a.ts', true],
    ['src/upload', 'lib/src/upload/a.ts', false],
    ['./src/', 'src/a.ts', true],
    ['src\\upload', 'src/upload/a.ts', true],
    ['README.md', 'docs/README.md', true],
    ['src/**/*.go', 'src/x/y.go', true],
    ['**/gen/**', 'a/gen/b.ts', true],
  ])('%s and %s: %s', (typed, file, expected) => {
    expect(picomatch([...expandGlob(typed)])(file)).toBe(expected);
  });

  test.each([
    ['src, *.ts', ['src', '*.ts']],
    ['**/*.{ts,tsx}, lib', ['**/*.{ts,tsx}', 'lib']],
    [' , ,', []],
    ['src, src', ['src']],
  ])('parseGlobs %j', (text, expected) => {
    expect(parseGlobs(text)).toEqual(expected);
  });

  test.each(['src/upload/a.ts', 'app/[id]/(group)/page.tsx', 'a,b/c{d}/e.ts', 'x!/y*/z.ts'])(
    'leaves out the folder of %s and nothing beside it',
    (file) => {
      const excluded = excludingFolderOf(NO_FILTERS, file)?.exclude.flatMap((glob) => parseGlobs(glob).flatMap(expandGlob)) ?? [];
      expect(picomatch(excluded)(file)).toBe(true);
      expect(picomatch(excluded)('other/a.ts')).toBe(false);
    },
  );

  test('a file at the top has no folder to leave out', () => {
    expect(excludingFolderOf(NO_FILTERS, 'README.md')).toBeNull();
  });

  test.each([
    ['src/__tests__/a.ts', true],
    ['src/a.test.ts', true],
    ['pkg/upload_test.go', true],
    ['tests/test_upload.py', true],
    ['src/UploadTest.java', true],
    ['src/contest.ts', false],
    ['src/latest/a.ts', false],
  ])('"no tests" leaves out %s: %s', (file, expected) => {
    const request = toRequest({ question: '', filters: { ...NO_FILTERS, skipTests: true }, limit: 5 }, undefined, []);
    expect(picomatch([...(request.filters.exclude ?? [])])(file)).toBe(expected);
  });
});

describe('toRequest', () => {
  test('leaves out what is not set', () => {
    expect(toRequest({ question: 'q', filters: NO_FILTERS, limit: 5 }, undefined, ['/work'])).toEqual({
      query: 'q',
      mode: 'hybrid',
      limit: 5,
      rows: 'symbol',
      filters: {},
    });
  });

  test('searches only folders that are open', () => {
    const filters = { ...NO_FILTERS, folders: ['/work', '/etc'], languages: ['go'] };
    const request = toRequest({ question: 'q', filters, limit: 5 }, undefined, ['/work', '/other']);
    expect(request.folders).toEqual(['/work']);
    expect(request.filters).toEqual({ languages: ['go'] });
  });

  test('a start names all filters there are', () => {
    const filters = filtersOf({ mode: 'keyword', folders: ['/work'], filters: { include: ['src/**'] } }, 'hybrid');
    expect(filters).toEqual({ ...NO_FILTERS, mode: 'keyword', folders: ['/work'], include: ['src/**'] });
  });

  test.each([
    [{ path: 'src/a.ts', startLine: 3, endLine: 9 }, 'a.ts:3–9'],
    [{ path: 'a.ts', startLine: 3, endLine: 3 }, 'a.ts:3'],
  ])('placeLabel %j', (place, expected) => {
    expect(placeLabel(place)).toBe(expected);
  });
});

test('HitTable keeps the number of a hit while a question is refined, and never gives one twice', () => {
  const table = new HitTable();
  const first = table.add('one', [hitAt('a:1'), hitAt('b:1')]);
  const refined = table.add('one', [hitAt('c:1'), hitAt('a:1')]);
  expect(refined[1]).toBe(first[0]);
  expect(table.get(first[1] ?? -1)?.path).toBe('b');
  const next = table.add('two', [hitAt('a:1')]);
  expect([...first, ...refined]).not.toContain(next[0]);
  expect(table.get(first[0] ?? -1)).toBeUndefined();
});

test('findStale tells changed and deleted files from fresh ones', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'panel-stale-'));
  try {
    fs.writeFileSync(path.join(folder, 'fresh.ts'), '\uFEFFfirst line\r\nsecond line\r\n');
    fs.writeFileSync(path.join(folder, 'moved.ts'), 'new\nfirst line\nsecond line\n');
    const hits = ['fresh.ts:1', 'moved.ts:1', 'moved.ts:2', 'gone.ts:1'].map((place, index) => [index, hitAt(place, { folder })] as const);
    const read = async (hit: { readonly path: string }) => fs.promises.readFile(path.join(folder, hit.path), 'utf8').catch(() => null);
    expect(await findStale(hits, read)).toEqual({ changed: [1], deleted: [3] });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('the page allows its own script, styles and font, and nothing else', () => {
  const html = panelHtml({
    nonce: 'N"1',
    cspSource: 'https://own',
    script: 'https://own/a?x=1&y="',
    style: 's',
    codicons: 'c',
    language: 'en',
  });
  expect(html).toContain("default-src 'none'; script-src 'nonce-N&quot;1'; style-src https://own; font-src https://own;");
  expect(html).toContain('src="https://own/a?x=1&amp;y=&quot;"');
  expect(html).not.toMatch(/unsafe-|style=|onload=|<style/u);
});

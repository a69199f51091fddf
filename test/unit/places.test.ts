import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesAmong, placesIn } from '../../src/core/query/places.ts';

function places(text: string): string {
  return placesIn(text)
    .map(({ path, line }) => `${path}:${line}`)
    .join(' ');
}

describe('placesIn finds', () => {
  it.each([
    [
      'Python, where the last call was first',
      'Traceback (most recent call last):\n  File "/app/main.py", line 3, in run\n  File "/app/net/http.py", line 86, in get\nValueError: no',
      '/app/net/http.py:86 /app/main.py:3',
    ],
    [
      'JavaScript',
      'TypeError: x\n    at get (/app/src/net.ts:12:11)\n    at file:///app/src/main.mjs:4:1\n    at node:internal/process:95:5',
      '/app/src/net.ts:12 ///app/src/main.mjs:4',
    ],
    ['Java', 'at org.app.Net.get(Net.java:12)\n\tat java.base/java.lang.Thread.run(Thread.java:840)', 'Net.java:12 Thread.java:840'],
    ['C#', '   at App.Net.Get() in C:\\src\\app\\Net.cs:line 12', 'C:\\src\\app\\Net.cs:12'],
    ['PHP', '#0 /app/src/Net.php(12): Net->get()', '/app/src/Net.php:12'],
    ['Go', 'main.get(...)\n\t/go/src/app/net.go:12 +0x1d', '/go/src/app/net.go:12'],
    ['Rust', "thread 'main' panicked at src/net.rs:12:5:\nno", 'src/net.rs:12'],
    ['Ruby', "lib/net.rb:12:in 'get': undefined method (NoMethodError)\n\tfrom bin/main.rb:3:in '<main>'", 'lib/net.rb:12 bin/main.rb:3'],
    ['Elixir', '    (app 0.1.0) lib/app/net.ex:12: App.Net.get/1', 'lib/app/net.ex:12'],
    ['Lua', 'lua: src/net.lua:12: attempt to index a nil value', 'src/net.lua:12'],
    ['C', 'net.c:12:7: error: unknown type name', 'net.c:12'],
    ['TypeScript', "src/net.ts(12,7): error TS2322: Type 'a' is not", 'src/net.ts:12'],
    ['a place alone', 'net.ts:12', 'net.ts:12'],
    ['one place once', 'net.ts:12 net.ts:12', 'net.ts:12'],
    ['the file when all of the question is a path', ' src/net.ts ', 'src/net.ts:0'],
    ['nothing in words', 'how is net.ts read', ''],
    ['nothing in addresses', 'http://127.0.0.1:8080/ at 12:30', ''],
  ])('%s', (_what, text, expected) => expect(places(text)).toBe(expected));

  it('few places in a long trace, and never fails', () => {
    const trace = Array.from({ length: 100 }, (_, line) => `at net.ts:${line}`).join('\n');
    expect(placesIn(trace).length).toBeLessThan(20);
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => Array.isArray(placesIn(text))));
  });
});

describe('placesAmong the files of the index', () => {
  const files = ['src/net/http.py', 'src/net/tcp.py', 'tools/decoder.py', 'main.py', 'a/util.ts', 'b/util.ts'];
  it.each([
    ['/home/me/app/src/net/http.py', 'src/net/http.py'],
    ['C:\\app\\SRC\\net\\http.py', 'src/net/http.py'],
    ['/elsewhere/net/http.py', 'src/net/http.py'],
    ['http.py', 'src/net/http.py'],
    ['/usr/lib/python3/json/decoder.py', ''],
    ['/app/main.py', 'main.py'],
    ['b/util.ts', 'b/util.ts'],
    ['util.ts', 'a/util.ts b/util.ts'],
    ['none.ts', ''],
  ])('%s is %s', (path, expected) => {
    const found = placesAmong([{ path, line: 7 }], files);
    expect(found.map((place) => place.path).join(' ')).toBe(expected);
    expect(found.every(({ line }) => line === 7)).toBe(true);
  });

  it('keeps the order of the places', () => {
    const asked = [
      { path: 'tcp.py', line: 1 },
      { path: 'http.py', line: 2 },
    ];
    expect(placesAmong(asked, files).map(({ path }) => path)).toEqual(['src/net/tcp.py', 'src/net/http.py']);
  });
});

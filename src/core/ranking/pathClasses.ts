import { roleOf } from '../languages.ts';
import type { PathClass } from './constants.ts';

/** A folder of one of these names, in any case of letters. */
function folder(names: string): RegExp {
  return new RegExp(`(^|/)(${names})/`, 'i');
}

/** A file whose name without its last extension matches. */
function file(names: string): RegExp {
  return new RegExp(`(^|/)(${names})\\.[^/.]+$`);
}

/** What a path alone tells about a file. The folders are names that people agree on across languages. */
const PATTERNS: readonly (readonly [PathClass, RegExp])[] = [
  [
    'test',
    folder(
      'tests?|__tests__|specs?|testdata|test[-_]?(?:data|utils?|support|helpers?|fixtures?)|(?:__)?(?:fixtures?|mocks?)(?:__)?|e2e|cypress',
    ),
  ],
  // `androidUnitTest`, `UnitTests`, `My.Library.Tests`, `integration-tests`.
  ['test', /[A-Za-z0-9](?:Tests?|[-_.][Tt]ests?|TestFixtures)\/|(^|\/)src\/it\/|\.mocks\.dart$/],
  ['test', file('test_[^/]*|[^/]*(_test|_spec|[.-](test|spec|bench|test-d|cy|e2e))|conftest|test_?helpers?|tests?|spec_helper')],
  [
    'example',
    folder('_?(?:examples?|samples?|demos?|docs?|docs?_src|tutorials?|playgrounds?|snippets?)|[^/]*[-_.](?:examples?|samples?|demos?)'),
  ],
  ['bench', folder('bench(?:es|marks?)?|perf|jmh|[^/]*[a-z-_.]benchmarks?')],
  ['bench', /bench(mark)?s?[^/]*\.[^/]+$/],
  ['vendored', folder('vendor|vendored|third[-_]?party|external|extern|deps|_vendor|node_modules|bower_components|pods|carthage')],
  ['vendored', /\.min\.js$/],
  ['generated', folder('generated|gen|__generated__|_generated')],
  ['generated', /\.(pb|generated|g|freezed)\.[a-z]+$|_pb2?\.|_generated\.[a-z]+$|(^|\/)zz_generated[^/]*$|\.designer\.cs$/i],
  ['compat', folder('_?(?:compat|legacy|deprecated|obsolete|polyfills?|shims?|v1|old)')],
  ['compat', /(^|\/)_?(compat|legacy|deprecated|polyfills?|shims?|v1|old)\.|(^|\/)(Migration|Deprecated|Guidance)[^/]*\.[a-z]+$/],
  ['declarations', /\.d\.[mc]?ts$|\.pyi$/],
  ['header', /\.(h|hpp|hh|mli|fsi)$/],
  ['hidden', /(^|\/)\.[^/]/],
  ['types', /(^|\/)types?\.[^/]+$/],
  [
    'build',
    /(^|\/)((?:build|settings)\.gradle(?:\.kts)?|build\.sbt|build\.zig(?:\.zon)?|Package(?:@[^/]*)?\.swift|mix\.exs|setup\.(?:py|hs)|noxfile\.py|rakefile|gemfile|[^/]+\.(?:gemspec|rockspec|podspec|cmake|mk)|(?:gulp|grunt)file\.[a-z]+|[a-z]+\.config\.[cm]?[jt]s|build\.rs|CMakeLists\.txt|(?:GNU)?makefile)$/i,
  ],
  ['build', /(^|\/)(buildSrc|build-logic|cmake)\/|(^|\/)project\/[^/]+\.(scala|sbt)$/],
];

/** `src/main/.../test/` of the JVM and `src/Test/` of Haskell hold what helps others to test. */
const NO_TEST_AFTER_ALL = /(^|\/)src\/main\/|(^|\/)(?:src|lib|library)\/Test\/.*\.hs$/;

const ON_THE_JVM = file('[^/]*[a-z0-9](?:Tests?|Spec|Suite|TestCase|TestBase|IT|Props)');
const ON_DOTNET = file('[^/]*[a-z0-9](?:Tests?|TestCase|TestBase|Specs?)');
const UNIT_TEST = file('[^/]*[_-](?:unit)?tests?|[^/]*[a-z0-9]Tests?');

/** How tests are named where the name says nothing in other languages, by language id. */
const TESTS_OF: Readonly<Record<string, RegExp>> = {
  java: ON_THE_JVM,
  kotlin: ON_THE_JVM,
  scala: ON_THE_JVM,
  groovy: ON_THE_JVM,
  csharp: ON_DOTNET,
  fsharp: ON_DOTNET,
  vb: ON_DOTNET,
  swift: file('[^/]*[a-z0-9](?:Tests?|Spec|TestCase)'),
  'objective-c': file('[^/]*[a-z0-9](?:Tests?|Spec|TestCase)'),
  php: file('[^/]*[a-z0-9](?:Test|Tests|TestCase|Spec|Cest)'),
  haskell: file('[^/]*[a-z0-9](?:Spec|Tests?|Props?)|Spec'),
  c: UNIT_TEST,
  cpp: UNIT_TEST,
  rust: file('[^/]*_tests?'),
  zig: file('[^/]*_tests?'),
  ocaml: file('[^/]*_tests?'),
  elixir: file('[^/]*_tests?'),
  erlang: file('[^/]*_(?:SUITE|tests?)'),
  lua: file('[^/]*[-_.](?:spec|test)'),
  shellscript: /\.bats$|(^|\/)[^/]*[-_.]tests?\.[^/.]+$/,
  perl: /\.t$/,
};

/** What a question says when it asks for such files after all. */
export const ASKED_FOR: Readonly<Partial<Record<PathClass, RegExp>>> = {
  test: /\b(tests?|testing|specs?|mock\w*|fixtures?)\b/i,
  example: /\b(examples?|samples?|demos?|docs?|tutorials?|snippets?|playgrounds?)\b/i,
  bench: /\b(bench\w*|perf\w*)\b/i,
  compat: /\b(compat|compatib\w+|legacy|deprecated|obsolete|polyfill\w*|shims?|v1|v3|migrations?)\b/i,
  types: /\btypes?\b/i,
  generated: /\b(generat\w*|codegen)\b/i,
  hidden: /\b(ci|workflows?|github|gitlab|agents?|skills?|vscode|hooks?|config\w*)\b/i,
  vendored: /\b(vendor\w*|third.?party|extern\w*|deps)\b/i,
  prose: /\b(docs?|documentation|readme|guide|manual|tutorials?|changelog|faq|release notes|markdown)\b/i,
  settings: /\b(config\w*|settings?|json|ya?ml|toml|manifest|package\.json|ci|workflows?|schema)\b/i,
  build:
    /\b(build\w*|compil\w*|packag\w*|depend\w*|releas\w*|publish\w*|install\w*|gradle|sbt|cmake|make\w*|bundl\w*|config\w*|target\w*|version\w*|lint\w*|plugins?|rake)\b/i,
  platform: /\b(win(?:32|64|dows)?|aix|\w*bsd|solaris|wasm\w*|wasi|kqueue|iocp|native|js|ios|android|posix|darwin)\b/i,
};

/** What each class is in words, for the explanation of a row. */
export const CLASS_WORDS: Readonly<Record<PathClass, string>> = {
  test: 'a test',
  example: 'an example or documentation',
  bench: 'a benchmark',
  vendored: 'code of others',
  barrel: 'only imports and exports',
  generated: 'generated',
  olderVersion: 'an older version beside a newer one',
  compat: 'kept for compatibility',
  types: 'only types',
  declarations: 'only declarations',
  header: 'a header',
  hidden: 'in a hidden folder',
  build: 'how it is built',
  platform: 'for another platform',
  prose: 'a text for people',
  settings: 'settings or data',
};

export function pathClasses(path: string, language: string): PathClass[] {
  const found = new Set(PATTERNS.filter(([, pattern]) => pattern.test(path)).map(([name]) => name));
  if (NO_TEST_AFTER_ALL.test(path)) found.delete('test');
  if (TESTS_OF[language]?.test(path) === true) found.add('test');
  const role = roleOf(language);
  if (role === 'prose') found.add('prose');
  if (role === 'config') found.add('settings');
  return [...found];
}

const VERSION_FOLDER = /^(.*?(?:^|\/))v(\d+)\//;

/** Which paths lie in `v3/` while a `v4/` lies beside it: the version, or 0. */
export function olderVersions(paths: readonly string[]): Int32Array {
  const newest = new Map<string, number>();
  const versions = paths.map((path) => {
    const match = VERSION_FOLDER.exec(path);
    if (match === null) return null;
    const [, parent = '', digits = ''] = match;
    newest.set(parent, Math.max(newest.get(parent) ?? 0, Number(digits)));
    return { parent, version: Number(digits) };
  });
  return Int32Array.from(versions, (found) => (found !== null && found.version < (newest.get(found.parent) ?? 0) ? found.version : 0));
}

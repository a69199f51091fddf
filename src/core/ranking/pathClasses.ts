import { roleOf } from '../languages.ts';
import type { PathClass } from './constants.ts';

/** What a path alone tells about a file. The folders are names that people agree on across languages. */
const PATTERNS: readonly (readonly [PathClass, RegExp])[] = [
  [
    'test',
    /(^|\/)(tests?|__tests__|specs?|testdata|fixtures?|__mocks__|mocks?|e2e|androidTest|jvmTest|commonTest)(\/|$)|(^|\/)(test_[^/]*|[^/]*(_test|_spec|[.-](test|spec|bench|test-d)))\.[^/.]+$|(^|\/)[^/]*[a-z0-9](Tests?|Spec|Suite|TestCase|IT)\.(java|kt|scala|swift|cs|php|groovy)$|(^|\/)(conftest|test_?helpers?|tests?|spec_helper)\.[^/.]+$/,
  ],
  ['example', /(^|\/)_?(examples?|samples?|demos?|docs?|docs?_src|tutorials?|playground|snippets?)(\/|$)/],
  ['bench', /(^|\/)(bench(es|marks?)?|perf)(\/|$)|bench(mark)?s?[^/]*\.[^/]+$/],
  ['vendored', /(^|\/)(vendor|vendored|third_?party|external|deps|_vendor)(\/|$)|\.min\.js$/],
  ['generated', /(^|\/)(generated|gen|__generated__|_generated)(\/|$)|\.(pb|generated|g)\.[a-z]+$|_pb2?\.|\.designer\.cs$/i],
  ['compat', /(^|\/)_?(compat|legacy|deprecated|polyfills?|shims?|v1|old)(\/|$|\.)|(^|\/)(Migration|Deprecated|Guidance)[^/]*\.[a-z]+$/],
  ['declarations', /\.d\.[mc]?ts$|\.pyi$/],
  ['header', /\.(h|hpp|hh)$/],
  ['hidden', /(^|\/)\.[^/]/],
  ['types', /(^|\/)types?\.[^/]+$/],
  [
    'platform',
    /(^|[/_.-])(win|win32|windows|aix|sunos|os390|ibmi|haiku|cygwin|hurd|openbsd|netbsd|freebsd|dragonfly|bsd|solaris|zos|plan9|wasi|wasm)([/_.-]|$)/i,
  ],
];

/** What a question says when it asks for such files after all. */
export const ASKED_FOR: Readonly<Partial<Record<PathClass, RegExp>>> = {
  test: /\b(tests?|testing|specs?|mock\w*|fixtures?)\b/i,
  example: /\b(examples?|samples?|demos?|docs?|tutorials?)\b/i,
  bench: /\b(bench\w*|perf\w*)\b/i,
  compat: /\b(compat|compatib\w+|legacy|deprecated|v1|v3|migrations?)\b/i,
  types: /\btypes?\b/i,
  generated: /\bgenerated\b/i,
  hidden: /\b(ci|workflows?|github|gitlab|agents?|skills?|vscode|hooks?|config\w*)\b/i,
  vendored: /\b(vendor\w*|third.?party)\b/i,
  prose: /\b(docs?|documentation|readme|guide|manual|tutorials?|changelog|faq|release notes|markdown)\b/i,
  settings: /\b(config\w*|settings?|json|ya?ml|toml|manifest|package\.json|ci|workflows?|schema)\b/i,
  platform: /\b(win\w*|aix|\w*bsd|solaris|wasm|wasi|kqueue|iocp)\b/i,
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
  platform: 'for another platform',
  prose: 'a text for people',
  settings: 'settings or data',
};

export function pathClasses(path: string, language: string): PathClass[] {
  const found = PATTERNS.filter(([, pattern]) => pattern.test(path)).map(([name]) => name);
  const role = roleOf(language);
  if (role === 'prose') found.push('prose');
  if (role === 'config') found.push('settings');
  return found;
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

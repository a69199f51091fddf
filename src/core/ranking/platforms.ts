/** Systems that code is written for beside the ones that most people work on, as files and folders are named after them. */
const SELDOM = 'win|win32|windows|aix|sunos|os390|ibmi|haiku|cygwin|hurd|openbsd|netbsd|freebsd|dragonfly|bsd|solaris|zos|plan9|wasi|wasm';
const USUAL = 'unix|posix|linux|darwin|mac|macos|osx|nix|apple';
const named = (names: string) => new RegExp(`(?:^|[/_.-])(${names})(?=[/_.-]|$)`, 'i');
const SELDOM_NAME = named(SELDOM);
const USUAL_NAME = named(USUAL);
/** One system under several names. */
const WINDOWS = /^win(?:32|dows)?$/;

/** Source sets of projects for several platforms (`jsMain`, `native/src`), by the languages that have them. */
const SOURCE_SET =
  /(?:^|\/)(?:(?:js|wasm|native|ios|apple|macos|tvos|watchos|linux|mingw|android|posix|nix|darwin|windows)[A-Za-z0-9]*Main|js|native|wasm|wasmJs|wasmWasi|posix|nix|darwin|windows)\//;
const COMMON_SET = /(?:^|\/)(?:common|shared|jvm)(?:Main)?\//;
const HAS_SOURCE_SETS: ReadonlySet<string> = new Set(['kotlin', 'scala']);

function systemOf(path: string): string {
  const name = (SELDOM_NAME.exec(path)?.[1] ?? USUAL_NAME.exec(path)?.[1] ?? '').toLowerCase();
  return WINDOWS.test(name) ? 'windows' : name;
}

/**
 * Which of the files of a search are for another platform than most people's. A name says so only beside the name of another system: where
 * `win` stands alone it is a window, and where all is about `wasm` it is the matter itself.
 */
export function otherPlatforms(paths: readonly string[], languages: readonly string[]): readonly boolean[] {
  const systems = new Set(paths.map(systemOf).filter((name) => name !== ''));
  const hasCommon = paths.some((path) => COMMON_SET.test(path));
  return paths.map((path, file) => {
    if (systems.size > 1 && SELDOM_NAME.test(path)) return true;
    return hasCommon && HAS_SOURCE_SETS.has(languages[file] ?? '') && SOURCE_SET.test(path);
  });
}

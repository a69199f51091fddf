/** A place in a file as a stack trace or a compiler names it. */
export interface Place {
  /** As written: from the root of some machine, from the folder, or the file's name alone. */
  readonly path: string;
  /** From 1; 0 when the whole file is meant. */
  readonly line: number;
}

/** More frames than this are the inside of a framework. */
const MOST_PLACES = 12;
/** Files of one name that a frame may mean when nothing tells them apart. */
const MOST_FILES = 3;

/** A path with an extension; a letter with a colon before it is a drive. Bounded, because a pasted line of data may be one long run of such signs. */
const FILE = String.raw`(?:\b[A-Za-z]:(?=[\\/]))?[\w@.~+\\/[\]-]{0,200}[\w~+\])-]\.[A-Za-z]\w{0,8}`;
/** Python; C#; PHP, MSBuild and TypeScript; and `path:line` of nearly everybody else. */
const FRAME = new RegExp(String.raw`File "([^"\n]+)", line (\d+)|(${FILE}):line (\d+)|(${FILE})\((\d+)(?:,\d+)?\)|(${FILE}):(\d+)\b`, 'g');
const WHOLE_PATH = new RegExp(`^${FILE}$`);
/** Python prints where the error was raised last, all others first. */
const LAST_FIRST = /most recent call last/i;

/**
 * The places that a pasted stack trace, or the message of a compiler or linter, names; where it went wrong first, each once. A question that
 * is nothing but a path means that file. */
export function placesIn(question: string): readonly Place[] {
  const places = new Map<string, Place>();
  for (const match of question.matchAll(FRAME)) {
    const [path, line] = match.slice(1).filter((group) => group !== undefined);
    if (path !== undefined && line !== undefined) places.set(`${path}:${line}`, { path, line: Number(line) });
  }
  const whole = question.trim();
  if (places.size === 0 && WHOLE_PATH.test(whole)) return [{ path: whole, line: 0 }];
  const inOrder = [...places.values()];
  if (LAST_FIRST.test(question)) inOrder.reverse();
  return inOrder.slice(0, MOST_PLACES);
}

function segmentsOf(path: string): string[] {
  return path
    .toLowerCase()
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
}

/** How many of the last parts two paths have in common. */
function commonEnd(one: readonly string[], other: readonly string[]): number {
  let common = 0;
  while (common < one.length && common < other.length && one.at(-1 - common) === other.at(-1 - common)) common += 1;
  return common;
}

/**
 * The places that are in files of the index, in their order. A path from another machine means the file that has most of its end in
 * common: all of one of the two, or the folder at least. What is the same only by name (`json/decoder.py` of a library) is no file of ours.
 */
export function placesAmong(places: readonly Place[], paths: Iterable<string>): readonly Place[] {
  if (places.length === 0) return [];
  const asked = places.map(({ path, line }) => ({ segments: segmentsOf(path), line, common: 0, found: [] as string[] }));
  const names = new Set(asked.map(({ segments }) => segments.at(-1) ?? ''));
  for (const path of paths) {
    if (!names.has(path.slice(path.lastIndexOf('/') + 1).toLowerCase())) continue;
    const own = segmentsOf(path);
    for (const place of asked) {
      const common = commonEnd(place.segments, own);
      const isSame = common > 1 || (common === 1 && (place.segments.length === 1 || own.length === 1));
      if (!isSame || common < place.common) continue;
      if (common > place.common) place.found = [];
      place.common = common;
      place.found.push(path);
    }
  }
  return asked.flatMap(({ found, line }) => found.slice(0, MOST_FILES).map((path) => ({ path, line })));
}

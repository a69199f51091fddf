import ignore, { type Ignore } from 'ignore';

/** The line of an ignore file that decided. */
export interface IgnoreLine {
  readonly file: string;
  readonly line: number;
  readonly pattern: string;
}

/** What ignore files say of one path: nothing, leave it out, or (`!`) take it in. */
export type IgnoreAnswer =
  | { readonly effect: 'none' }
  | { readonly effect: 'ignore'; readonly by: IgnoreLine }
  | { readonly effect: 'include' };

/** Rules of nested ignore files, held as one list so that the last line that matches decides, as in git. */
export interface IgnoreRules {
  /** A new list with the lines of one more file, which stands in the directory `base` (relative, no slash at the end, '' for the folder itself). */
  with(base: string, fileName: string, text: string): IgnoreRules;
  /** `path` is relative to the folder; a directory ends with `/`. Directories above it are taken into account. */
  answer(path: string): IgnoreAnswer;
  /** The `!` patterns, as they stand in the files. */
  readonly negations: readonly string[];
  readonly size: number;
}

interface ParsedLine {
  readonly negative: boolean;
  readonly body: string;
}

/** The same unescaped trailing spaces go as git drops. */
function trimPattern(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ') {
    let backslashes = 0;
    while (text[end - 2 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 1) break;
    end--;
  }
  return text.slice(0, end);
}

function parseLine(raw: string): ParsedLine | undefined {
  if (raw.startsWith('#')) return undefined;
  const negative = raw.startsWith('!');
  const body = trimPattern(negative ? raw.slice(1) : raw);
  return body === '' || body === '/' ? undefined : { negative, body };
}

/** Rewrites a line of a nested ignore file into the same rule seen from the top folder. */
function fromTop(base: string, { negative, body }: ParsedLine): string {
  const directory = base.replace(/[\\*?[\]]/g, '\\$&');
  const anchored = body.slice(0, -1).includes('/');
  const inner = body.startsWith('/') ? body.slice(1) : body.replace(/^\\([!#])/, '$1');
  return `${negative ? '!' : ''}/${directory}/${anchored ? '' : '**/'}${inner}`;
}

function linesOf(base: string, fileName: string, text: string): { pattern: string; line: IgnoreLine; negative: boolean }[] {
  const file = base === '' ? fileName : `${base}/${fileName}`;
  const found: { pattern: string; line: IgnoreLine; negative: boolean }[] = [];
  for (const [index, full] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const raw = full.endsWith('\r') ? full.slice(0, -1) : full;
    const parsed = parseLine(raw);
    if (!parsed) continue;
    const pattern = base === '' ? raw : fromTop(base, parsed);
    found.push({ pattern, line: { file, line: index + 1, pattern: trimPattern(raw) }, negative: parsed.negative });
  }
  return found;
}

/** File systems of macOS and Windows fold case, and git follows them. */
const IGNORE_CASE = process.platform === 'darwin' || process.platform === 'win32';

/** A list of rules; `lines` are found again through the mark that each pattern carries. */
function makeRules(matcher: Ignore | undefined, lines: readonly IgnoreLine[], negations: readonly string[]): IgnoreRules {
  return {
    negations,
    size: lines.length,
    with(base, fileName, text) {
      const added = linesOf(base, fileName, text);
      if (added.length === 0) return this;
      const next = ignore({ ignoreCase: IGNORE_CASE });
      if (matcher) next.add(matcher);
      next.add(added.map(({ pattern }, index) => ({ pattern, mark: String(lines.length + index) })));
      const negative = added.filter((entry) => entry.negative).map(({ line }) => line.pattern);
      return makeRules(next, [...lines, ...added.map(({ line }) => line)], [...negations, ...negative]);
    },
    answer(path) {
      return matcher ? answerOf(matcher, lines, path) : { effect: 'none' };
    },
  };
}

function answerOf(matcher: Ignore, lines: readonly IgnoreLine[], path: string): IgnoreAnswer {
  const result = matcher.test(path);
  if (result.ignored) {
    const by = lines[Number(result.rule?.mark)] ?? { file: '', line: 0, pattern: result.rule?.pattern ?? '' };
    return { effect: 'ignore', by };
  }
  if (result.unignored) return { effect: 'include' };
  // A `!directory/` takes in what is below it, which the matcher tells only of the directory itself.
  const slash = path.lastIndexOf('/', path.length - 2);
  return slash < 0 ? { effect: 'none' } : answerOf(matcher, lines, path.slice(0, slash + 1));
}

/** No rules: the list to start from. */
export const NO_RULES: IgnoreRules = makeRules(undefined, [], []);

/** "`dist/` in .gitignore line 3". */
export function describeLine(by: IgnoreLine): string {
  return `\`${by.pattern}\` in ${by.file} line ${by.line}`;
}

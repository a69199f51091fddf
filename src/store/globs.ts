import picomatch from 'picomatch';
import { anyOf, isBelow, quote } from './sql.ts';

/** Files and folders that start with a dot are like any other: what is not wanted in the index is not in it. */
const OPTIONS = { dot: true, nonegate: true } as const;

/** Above this many alternatives of braces a glob is matched path by path. */
const MOST_ALTERNATIVES = 64;

/** The predicate that `globCondition` agrees with. */
export function globMatcher(glob: string): (path: string) => boolean {
  const matches = picomatch(glob, OPTIONS);
  // Its second parameter would turn the answer into an object: hidden, so that the predicate can be passed to `filter`.
  return (path) => matches(path);
}

/** SQL over the column `path` that says the same as the glob, or null for the rare forms that SQL cannot say (`[a-z]`, `!(x)`, ...). */
export function globCondition(glob: string): string | null {
  const alternatives = expandBraces(glob);
  if (alternatives === null) return null;
  const conditions = alternatives.map(simpleCondition);
  return conditions.includes(null) ? null : anyOf(conditions.filter((condition) => condition !== null));
}

/** `a{b,c}` as `ab` and `ac`; null for ranges, nested and broken braces. */
function expandBraces(glob: string): readonly string[] | null {
  let expanded = [''];
  for (const piece of glob.split(/(\{[^{}]*\})/)) {
    const inBraces = piece.startsWith('{') && piece.endsWith('}');
    const choices = inBraces ? piece.slice(1, -1).split(',') : [piece];
    if (inBraces ? choices.length < 2 || choices.includes('') : /[{}]/.test(piece)) return null;
    expanded = expanded.flatMap((start) => choices.map((choice) => start + choice));
    if (expanded.length > MOST_ALTERNATIVES) return null;
  }
  return expanded;
}

function simpleCondition(glob: string): string | null {
  if (glob === '' || /[[\](){}\\|^]/.test(glob) || /(^|\/)(\.\.?)?(\/|$)/.test(glob)) return null;
  const segments = glob.split('/');
  // Stars beside other characters in one segment mean something else, and so do three.
  if (segments.some((segment) => segment.includes('**') && segment !== '**')) return null;
  if (!/[*?]/.test(glob)) return `path = ${quote(glob)}`;
  if (segments.every((segment) => segment === '**')) return 'TRUE';
  const fixed = segments.slice(
    0,
    segments.findIndex((segment) => /[*?]/.test(segment)),
  );
  const folder = fixed.map((segment) => `${segment}/`).join('');
  const rest = segments.slice(fixed.length);
  const conditions = folder === '' ? [] : [isBelow(folder)];
  const suffix = /^\*([^*?]*)$/.exec(rest.at(-1) ?? '')?.[1];
  if (rest.length === 1 && rest[0] === '**') return anyOf([...conditions, `path = ${quote(folder.slice(0, -1))}`]);
  if (rest.length === 2 && rest[0] === '**' && suffix !== undefined && suffix !== '') conditions.push(`ends_with(path, ${quote(suffix)})`);
  else conditions.push(`regexp_like(path, ${quote(expressionOf(segments))})`);
  return conditions.length === 1 ? (conditions[0] ?? null) : `(${conditions.join(' AND ')})`;
}

/** A regular expression of the engine's dialect (no look-around) for segments of literals, `*`, `?` and whole `**`. */
function expressionOf(segments: readonly string[]): string {
  let expression = '^';
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment !== '**') {
      const body = segment.replace(/[*?]|[^\w/]/gu, (sign) => (sign === '*' ? '[^/]*' : sign === '?' ? '[^/]' : escapeSign(sign)));
      // A segment of stars alone stands for at least one character.
      expression +=
        (/^\*+$/.test(segment) ? '[^/]+' : body) + (last || segments.slice(index + 1).every((next) => next === '**') ? '' : '/');
    } else if (last) {
      const before = segments.slice(0, index).findLast((other) => other !== '**');
      // Picomatch takes `name/**` to match a file of that name as well, but not after a star.
      expression += before === undefined ? '.*' : before.endsWith('*') ? '/.*' : '(/.*)?';
    } else if (segments.slice(index + 1).some((next) => next !== '**')) {
      expression += '(.*/)?';
    }
  });
  return `${expression}$`;
}

/** Only signs with a meaning are escaped: the dialect refuses a backslash before others. */
function escapeSign(sign: string): string {
  return /[.+*?()|[\]{}^$\\#&~-]/.test(sign) ? `\\${sign}` : sign;
}

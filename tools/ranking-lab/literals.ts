import { createHash } from 'node:crypto';
import type { EvalQuestion, EvalSet } from '../../src/cli/eval/types.ts';
import { pathClasses } from '../../src/core/ranking/pathClasses.ts';
import type { Candidate } from '../../src/core/ranking/types.ts';

/** Questions of each kind that are made of one repository. */
const OF_EACH_KIND = 10;
const RAISES = /\b(?:raise|throw|throws?|panic!?|Err|fail\w*|fatal\w*|abort|reject|precondition\w*|bail!?|\w*(?:Error|Exception)\w*)\b/;
const TEXT = /"((?:[^"\\\n]|\\.){20,160})"|'((?:[^'\\\n]|\\.){20,160})'|`((?:[^`\\\n]|\\.){20,160})`/g;
/** Where a text gets its values when the program runs. */
const PLACEHOLDER = /%[sdvqwrixu]|%[-+#0-9.]*[a-z]|\$\{[^}]*\}|#\{[^}]*\}|\\\([^)]*\)|\{[^}]*\}/g;
const FEWEST_WORDS = 4;
const SHORTEST_LINE = 25;
const LONGEST_LINE = 110;
const SNIPPET_LINES = 3;

interface Found {
  readonly query: string;
  readonly row: Candidate;
}

/** A number from 0 to 1 that a text always has, so that a sample is the same each time. */
export function lot(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

function sample(found: readonly Found[]): readonly Found[] {
  return [...found].sort((one, other) => lot(one.query) - lot(other.query)).slice(0, OF_EACH_KIND);
}

/** What is found in one chunk only: other questions have no single answer. */
function unique(found: readonly Found[], key: (one: Found) => string): readonly Found[] {
  const rows = new Map<string, Set<string>>();
  for (const one of found) rows.set(key(one), (rows.get(key(one)) ?? new Set()).add(one.row.id));
  const seen = new Set<string>();
  return found.filter((one) => rows.get(key(one))?.size === 1 && !seen.has(key(one)) && seen.add(key(one)));
}

/** The texts of errors as a person meets them: with values in place of what stands for them, every other one behind its kind. */
function errorTexts(rows: readonly Candidate[]): readonly Found[] {
  const found = rows.flatMap((row) =>
    row.text.split('\n').flatMap((line) =>
      RAISES.test(line)
        ? [...line.matchAll(TEXT)].flatMap((match) => {
            const text = (match[1] ?? match[2] ?? match[3] ?? '').replace(PLACEHOLDER, 'item42').replace(/\\./g, ' ').trim();
            return text.split(/\s+/).length >= FEWEST_WORDS ? [{ query: text, row }] : [];
          })
        : [],
    ),
  );
  return sample(unique(found, ({ query }) => query)).map(({ query, row }) => ({
    query: lot(`bare ${query}`) < 0.5 ? query : `Error: ${query}`,
    row,
  }));
}

function codeLines(rows: readonly Candidate[]): readonly Found[] {
  const found = rows.flatMap((row) => row.text.split('\n').map((line) => ({ query: line.trim(), row })));
  const isCode = ({ query }: Found) =>
    query.length >= SHORTEST_LINE &&
    query.length <= LONGEST_LINE &&
    /[=(].*\w/.test(query) &&
    !/^(?:\/\/|#|\*|\/\*|--|"""|import|from|use|require)/.test(query);
  return sample(unique(found, ({ query }) => query).filter(isCode));
}

/** Three lines pasted with another indentation. */
function snippets(rows: readonly Candidate[]): readonly Found[] {
  const found = rows.flatMap((row) => {
    const lines = row.text.split('\n').map((line) => line.trim());
    return lines.flatMap((_, start) => {
      const cut = lines.slice(start, start + SNIPPET_LINES);
      const isWhole = cut.length === SNIPPET_LINES && cut.every((line) => line.length > 6 && !/^(?:\/\/|#|\*|\/\*|--|""")/.test(line));
      return isWhole ? [{ query: cut.join('\n'), row }] : [];
    });
  });
  return sample(unique(found, ({ query }) => query).filter(({ query }) => query.length > 60 && /[=(]/.test(query)));
}

/** A line of a stack trace as each language writes it, between lines of files that are not here. */
function traceOf(path: string, line: number, name: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  switch (path.slice(path.lastIndexOf('.') + 1)) {
    case 'py':
      return `Traceback (most recent call last):\n  File "/usr/lib/python3/runpy.py", line 86, in _run\n  File "/home/me/app/${path}", line ${line}, in ${name}\nValueError: no`;
    case 'java':
    case 'kt':
    case 'scala':
      return `Exception in thread "main" java.lang.IllegalStateException\n\tat org.app.${base.split('.')[0]}.${name}(${base}:${line})\n\tat java.base/java.lang.Thread.run(Thread.java:840)`;
    case 'js':
    case 'ts':
      return `TypeError: x is not a function\n    at ${name} (/home/me/app/${path}:${line}:11)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;
    case 'rb':
      return `${path}:${line}:in '${name}': undefined method 'x' (NoMethodError)\n\tfrom /usr/lib/ruby/net/http.rb:1603:in 'start'`;
    case 'go':
      return `panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.${name}(...)\n\t/go/src/app/${path}:${line} +0x1d`;
    case 'cs':
      return `System.Exception: no\n   at App.${name}() in C:\\src\\app\\${path.replaceAll('/', '\\')}:line ${line}`;
    default:
      return `${path}:${line}:5`;
  }
}

function traces(rows: readonly Candidate[]): readonly Found[] {
  const found = rows
    .filter(({ kind, startLine, endLine }) => kind !== 'rest' && endLine > startLine + 2)
    .map((row) => ({ query: traceOf(row.path, Math.floor((row.startLine + row.endLine) / 2), row.name), row }));
  return sample(found);
}

const KINDS = { 'error text': errorTexts, 'code line': codeLines, snippet: snippets, trace: traces } as const;

/**
 * A set of literal questions made of a corpus: texts of errors, lines and pieces of code, and stack traces, each of which stands in one
 * chunk outside tests. Every path of the targets begins with `prefix`.
 */
export function literalSet(set: EvalSet, prefix: string, rows: readonly Candidate[]): EvalSet {
  const own = rows.filter(({ path, language }) => pathClasses(path, language).length === 0);
  const questions = Object.entries(KINDS).flatMap(([category, make]) =>
    make(own).map(({ query, row }): EvalQuestion => {
      return { query, category, targets: [{ path: `${prefix}${row.path}`, startLine: row.startLine, endLine: row.endLine }] };
    }),
  );
  return { ...set, name: `${set.name}.literals`, group: 'literals', rows: 'symbol', questions };
}

import { describe, expect, it } from 'vitest';
import type { ChunkKind } from '../../src/core/chunk.ts';
import { chunkTokens } from '../../src/core/documents.ts';
import { languageOfPath } from '../../src/core/languages.ts';
import { isImportList } from '../../src/core/ranking/imports.ts';
import { createKnownNames } from '../../src/core/ranking/knownNames.ts';
import { rank, STAGE_NAMES } from '../../src/core/ranking/rank.ts';
import type { Candidate, Ranked, RankInput } from '../../src/core/ranking/types.ts';
import { StatisticsBuilder } from '../../src/core/statistics.ts';

/** `path | symbol | text`, kind by the look of the symbol. */
function candidate(line: string, index: number): Candidate {
  const [path = '', symbol = '', text = ''] = line.split('|').map((part) => part.trim());
  const kind: ChunkKind =
    symbol === '' ? 'rest' : symbol.startsWith('I') ? 'interface' : /^[A-Z][^.]*$/.test(symbol) ? 'class' : 'function';
  const row = { symbol, kind, startLine: 10 * index + 1, endLine: 10 * index + 9, part: 0, doc: '', text };
  const name = symbol.split('.').at(-1) ?? '';
  const tokens = chunkTokens({ ...row, names: [] }, path);
  return { ...row, id: String(index), path, language: languageOfPath(path), name, names: '', tokens, vector: null, keywordScore: 0 };
}

/** A corpus of these rows with `padding` further chunks that hold none of the words. */
function inputOf(question: string, lines: readonly string[], more: Partial<RankInput> = {}): RankInput {
  const candidates = lines.map(candidate);
  const statistics = new StatisticsBuilder();
  for (const { path, tokens } of candidates) {
    statistics.addChunk(tokens, null);
    statistics.addFile(path, null, null);
  }
  for (let padding = 0; padding < 50; padding += 1) {
    statistics.addChunk('other words of no use for anybody', null);
    statistics.addFile(`padding/p${padding}.ts`, null, null);
  }
  return {
    question,
    candidates,
    files: [],
    statistics: statistics.current(),
    questionVector: null,
    mode: 'keyword',
    rows: 'symbol',
    limit: 10,
    fusion: { form: 'convex', keyword: 1, dense: 0.5 },
    without: new Set<string>(),
    ...more,
  };
}

function order(input: RankInput): string[] {
  return rank(input).map(({ candidate: row }) => `${row.path}:${row.symbol}`);
}

it('says with the words of the question what a place holds', () => {
  const [first] = rank(inputOf('retryUpload of authorized parties', ['a.ts|retryUpload|x', 'b.ts|f|authorize the party']));
  const reason = (row: Ranked | undefined) => row?.why.find(({ signal }) => signal === 'keyword')?.detail;
  expect(reason(first)).toBe('holds retryUpload, retry, upload');
  const other = rank(inputOf('authorized parties', ['b.ts|f|authorize the party']))[0];
  expect(reason(other)).toBe('holds authorized, parties');
});

describe('rank puts first', () => {
  it.each<[string, string, string[]]>([
    [
      'the definition of the symbol asked for',
      'retryUpload',
      ['a.ts|run|retryUpload(); retryUpload(); retryUpload()', 'b.ts|retryUpload|x'],
    ],
    ['the qualified one', 'Queue.push', ['a.ts|Stack.push|push', 'b.ts|Queue.push|push']],
    ['the type before its methods', 'Upload', ['a.ts|Upload.upload|upload', 'b.ts|Upload|upload']],
    ['the symbol in another case', 'retry_upload', ['a.ts|run|retry_upload()', 'b.ts|retryUpload|send(x)']],
    ['the file that is named after the symbol', 'Upload', ['misc.ts|Upload|x', 'upload.ts|Upload|x']],
    ['a definition named in a sentence', 'how does retryUpload wait', ['a.ts|wait|how does it wait, wait', 'b.ts|retryUpload|wait']],
    ['the symbol whose words are asked for', 'retry failed uploads', ['a.ts|run|retry failed uploads now', 'b.ts|retryFailedUploads|now']],
    ['the file whose name is asked for', 'cookie parsing', ['src/misc.ts|a|cookie parsing', 'src/cookie.ts|a|cookie parsing']],
    ['the folder whose name is asked for', 'routing', ['src/misc/mod.rs|a|routing', 'src/routing/mod.rs|a|routing']],
    ['words that stand side by side', 'raw mode', ['a.ts|f|mode of a raw thing here', 'b.ts|f|mode of thing here raw mode']],
    ['code before lists of imports', 'parse date', ['a.ts||import { parse } from "./parse"', 'b.ts|convert|parse date then']],
    ['code before tests', 'parse date', ['test/date.test.ts|parseDate|parse date', 'src/when.ts|parseDate|parse date']],
    [
      'the usual platform, also for the size of a window',
      'set window size',
      ['src/win/a.c|set|window size', 'src/unix/a.c|set|window size'],
    ],
    ['Windows when it is asked for', 'set windows size', ['src/unix/a.c|set|size', 'src/win/a.c|set|windows size']],
    ['tests when tests are asked for', 'parse date test', ['src/when.ts|parse|parse date', 'test/when.ts|parse|parse date test']],
    ['code before texts', 'parse date', ['parse.md|Parse date|parse date parse date', 'when.ts|parse|parse date']],
    ['the newer version', 'parse date', ['src/v3/parse.ts|parseDate|parse date', 'src/v4/parse.ts|parseDate|parse date']],
    ['the lower of two layers', 'parse date', ['src/classic/date.ts|parseDate|parse date', 'src/core/date.ts|parseDate|parse date']],
    [
      'the upper layer when it is asked for',
      'classic parse date',
      ['src/core/date.ts|parseDate|parse date', 'src/classic/date.ts|parseDate|parse date'],
    ],
    [
      'what all platforms share',
      'parse date',
      ['core/jvm/src/Date.kt|parseDate|parse date', 'core/common/src/Date.kt|parseDate|parse date'],
    ],
    ['what does before what declares', 'parse date', ['a.ts|IParseDate|parse date', 'b.ts|parseDate|parse date']],
    ['code before the tests beside it', 'parse date', ['a.rs|tests.parse_date|parse date', 'b.rs|parse_date|parse date']],
    ['code before a block of tests in Zig', 'parse date', ['a.zig|test parse date|parse date', 'b.zig|parseDate|parse date']],
    ['code before a marked test in Rust', 'parse date', ['a.rs|parse_date|#[tokio::test] parse date', 'b.rs|parse_date|parse date']],
    ['code before how it is built', 'parse date', ['build.zig|parseDate|parse date', 'when.zig|parseDate|parse date']],
    ['how it is built when that is asked for', 'build date', ['when.zig|date|build date', 'build.zig|date|build date']],
    ['the file whose path is asked for', 'http/date.ts', ['a/date.ts|date|http date date', 'src/http/date.ts|f|x']],
    [
      'the text of an error with values in it',
      'Error: queue of jobs holds 12 entries at most',
      ['a.ts|f|jobs queue entries holds most jobs entries', 'b.ts|g|x("queue of jobs holds %d entries at most")'],
    ],
    [
      'the line of code',
      'const jobs = queue.take(most, entries);',
      ['a.ts|f|queue take most entries, take queue', 'b.ts|g|const  jobs = queue.take( most, entries )'],
    ],
    [
      'what holds the sentence word for word',
      'holds entries of a queue',
      ['a.ts|f|entries queue holds entries', 'b.ts|g|it holds entries of a queue'],
    ],
    ['definitions before what is between', 'parse date', ['a.ts||parse date', 'b.ts|f|parse date']],
    [
      'the file that holds more of the question',
      'parse date',
      ['a.ts|f|parse', 'b.ts|f|parse', 'b.ts|x|date', 'c.ts|y|date', 'd.ts|z|date'],
    ],
    ['what is asked and not the language', 'sort a list in python', ['a.py|f|python python in', 'b.py|f|sort list']],
  ])('%s', (_what, question, lines) => {
    const rows = order(inputOf(question, lines));
    const expected = candidate(lines[1] ?? '', 1);
    expect(rows[0]).toBe(`${expected.path}:${expected.symbol}`);
    // The other way round too: the answer does not hang on the order of the candidates.
    expect(order(inputOf(question, [...lines].reverse()))).toEqual(rows);
  });
});

describe('a name alone puts its definitions first', () => {
  const many = (name: string) => Array.from({ length: 12 }, () => name).join(' ');
  it.each<[string, string, string[]]>([
    ['over a file that says it often', 'Queue', ['src/queue/queue.ts|take|Queue Queue Queue Queue', 'z.ts|Queue|x = take(y)']],
    ['in a file that is weakened', 'retryUpload', [`a.ts|run|${many('retryUpload')}`, 'test/legacy/b.test.ts|retryUpload|x = take(y)']],
    ['in code before a test', 'retryUpload', ['test/a.test.ts|retryUpload|retryUpload', 'compat/b.ts|retryUpload|x = take(y)']],
    ['as written before another case', 'fetch', [`Fetch.ts|Fetch|${many('fetch')}`, 'b.ts|fetch|x = take(y)']],
    ['in another case before what only uses it', 'retryupload', [`a.ts|run|${many('retryupload')}`, 'b.ts|retryUpload|x = take(y)']],
    [
      'with its words joined otherwise',
      'retry_upload',
      [`a.ts|run_retry_upload|${many('retry_upload')}`, 'vendor/legacy/b.ts|retryUpload|x = take(y)'],
    ],
    [
      'with underscores for capitals',
      'retryUpload',
      [`a.py|runRetryUpload|${many('retryUpload')}`, 'compat/legacy/b.py|retry_upload|x = take(y)'],
    ],
    ['Class.method', 'Queue.push', [`queue.ts|Stack.push|${many('Queue')}`, 'z.ts|Queue.push|x = take(y)']],
    ['module::function', 'net::push', [`a.rs|push|${many('net')}`, 'src/net/deep.rs|push|x = take(y)']],
    ['object->method', 'job->pushAll', [`a.c|job|${many('job pushAll')}`, 'b.c|pushAll|x = take(y)']],
    ['path/name', 'net/queue/push', [`a.go|push|${many('queue')}`, 'net/queue.go|push|x = take(y)']],
    ['the innermost of qualified names', 'Queue.push', ['a.ts|Job.Queue.push|x = take(y)', 'a.ts|Queue.push|x = take(y)']],
    ['with the sign that belongs to it', 'merge!', [`a.rb|merge|${many('merge')}`, 'b.rb|merge!|x = take(y)']],
    ['without a sign that does not', 'retryUpload?', [`a.ts|run|${many('retryUpload')}`, 'b.ts|retryUpload|x = take(y)']],
  ])('%s', (_what, question, lines) => {
    const expected = candidate(lines[1] ?? '', 1);
    for (const rows of ['symbol', 'file'] as const)
      expect(order(inputOf(question, lines, { rows }))[0]).toBe(`${expected.path}:${expected.symbol}`);
  });

  it.each([
    ['take_job', true],
    ['_take_job', false],
    ['take', false],
    ['Take_Job', false],
  ])('%s leads to takeJob: %j', (question, isMeant) => {
    const signals = rank(inputOf(question, ['a.py|takeJob|x = take(y)', 'b.py|run|x'])).flatMap(({ why }) =>
      why.map(({ signal }) => signal),
    );
    expect(signals.includes('exact-symbol')).toBe(isMeant);
  });

  it.each(['symbol', 'file'] as const)(
    'and where one is written as asked, those joined otherwise stay where they were, with %s rows',
    (rows) => {
      const lines = ['a.ts|take_job|takeJob', 'a.ts|takeJob|x', 'b.ts|take_job|takeJob', 'c.ts|run|takeJob takeJob'];
      const [first, ...others] = rank(inputOf('takeJob', lines, { rows }));
      expect(first?.candidate.symbol).toBe('takeJob');
      expect(others.flatMap(({ why }) => why.map(({ signal }) => signal))).not.toContain('exact-symbol');
    },
  );

  it('but a plain word in a test does not lead', () => {
    const lines = ['test/a.test.ts|router|x = take(y)', 'src/router.ts|Router|router'];
    expect(order(inputOf('router', lines))[0]).toBe('src/router.ts:Router');
  });
});

describe('places of a stack trace', () => {
  const lines = ['a.ts|one|read the jobs read jobs', 'b.ts|two|x', 'c.ts|three|y'];
  it('come first, the likeliest before the others', () => {
    const places = [
      { path: 'c.ts', line: 25 },
      { path: 'b.ts', line: 19 },
      { path: 'b.ts', line: 99 },
    ];
    expect(order(inputOf('read jobs', lines, { places }))).toEqual(['c.ts:three', 'b.ts:two', 'a.ts:one']);
  });
});

const VECTORS = [Float32Array.of(1, 0), Float32Array.of(0.6, 0.8), Float32Array.of(0, 1)];

function withVectors(more: Partial<RankInput>): RankInput {
  const input = inputOf('upload', ['a.ts|a|upload', 'b.ts|b|x', 'c.ts|c|x'], more);
  const candidates = input.candidates.map((row, index) => ({ ...row, vector: VECTORS[index] ?? null }));
  return { ...input, candidates, questionVector: Float32Array.of(0, 1) };
}

describe('modes', () => {
  it.each<[string, Partial<RankInput>, string]>([
    ['keyword', { mode: 'keyword' }, 'a b c'],
    ['semantic', { mode: 'semantic' }, 'c b a'],
    ['hybrid', { mode: 'hybrid', fusion: { form: 'convex', keyword: 1, dense: 3 } }, 'c b a'],
    ['hybrid by rank', { mode: 'hybrid', fusion: { form: 'rrf', keyword: 3, dense: 1 } }, 'a c b'],
    ['hybrid without vectors', { mode: 'hybrid', without: new Set(['vector']) }, 'a b c'],
  ])('%s', (_name, more, expected) => {
    const rows = rank(withVectors(more)).map(({ candidate: row }) => row.symbol);
    expect(rows.join(' ')).toBe(expected);
  });

  it.each<[string, string]>([
    ['find the upload', 'c'],
    ['fix the upload', 'a'],
    ['upload of retryUpload', 'a'],
  ])('meaning weighs by the kind of question: %s', (question, first) => {
    const fusion = { form: 'convex', keyword: 1, dense: 0.5, denseOfDescription: 3, denseOfChange: 0.1 } as const;
    expect(rank({ ...withVectors({ mode: 'hybrid', fusion }), question })[0]?.candidate.symbol).toBe(first);
  });

  it('answers in keyword mode when the question has no vector', () => {
    expect(rank({ ...withVectors({ mode: 'semantic' }), questionVector: null })[0]?.candidate.symbol).toBe('a');
  });
});

describe('recent', () => {
  const lines = ['a.ts|parseDate|parse date', 'b.ts|parseDate|parse date', 'c.ts|parseDate|parse date'];
  it.each([
    [['c.ts', 'b.ts'], [], 'c.ts b.ts a.ts'],
    [['c.ts', 'b.ts'], ['recency'], 'a.ts b.ts c.ts'],
    [[], [], 'a.ts b.ts c.ts'],
  ])('%j without %j decides among equals', (recent, without, expected) => {
    const rows = rank(inputOf('parse date', lines, { recent, without: new Set(['duplicates', ...without]) }));
    expect(rows.map(({ candidate: row }) => row.path).join(' ')).toBe(expected);
  });
  it('says nothing where most files are recent', () => {
    const recent = ['c.ts', ...Array.from({ length: 40 }, (_, at) => `padding/p${at}.ts`)];
    expect(order(inputOf('parse date', lines, { recent }))[0]).toBe('a.ts:parseDate');
  });
  it('does not lift what fits worse', () => {
    const worse = ['a.ts|parseDate|parse date', 'b.ts|other|parse the date'];
    expect(order(inputOf('parse date', worse, { recent: ['b.ts'] }))[0]).toBe('a.ts:parseDate');
  });
});

describe('near', () => {
  const lines = ['a/one.ts|parseDate|parse date', 'b/two.ts|parseDate|parse date', 'b/three.ts|parseDate|parse date'];
  it.each([
    [['b/three.ts'], 'b/three.ts b/two.ts a/one.ts'],
    [[], 'a/one.ts b/three.ts b/two.ts'],
  ])('%j decides among equals', (near, expected) => {
    const rows = rank(inputOf('parse date', lines, { near, without: new Set(['duplicates']) }));
    expect(rows.map(({ candidate: row }) => row.path).join(' ')).toBe(expected);
  });
  it('does not lift what fits worse', () => {
    const worse = ['a/one.ts|parseDate|parse date', 'b/two.ts|other|date'];
    expect(order(inputOf('parse date', worse, { near: ['b/two.ts'] }))[0]).toBe('a/one.ts:parseDate');
  });
});

describe('copies', () => {
  const lines = ['a/error.ts|error|error map of a', 'b/error.ts|error|error map of a', 'c.ts|report|error'];
  it('fall behind their original and say so', () => {
    const rows = rank(inputOf('error map', lines));
    expect(rows.map(({ candidate: row }) => row.path).slice(0, 1)).toEqual(['a/error.ts']);
    expect(rows.map(({ why }) => why.some(({ signal }) => signal === 'duplicates'))).toEqual(
      rows.map(({ candidate: row }) => row.path === 'b/error.ts'),
    );
  });
  it('of another name are none', () => {
    const others = rank(inputOf('error map', ['a/error.ts|one|error map of a', 'b/error.ts|two|error map of a']));
    expect(others.flatMap(({ why }) => why.map(({ signal }) => signal))).not.toContain('duplicates');
  });
});

describe('a stage of its own decides between', () => {
  const decided = (stage: string, input: RankInput): readonly string[] =>
    [input, { ...input, without: new Set([stage]) }].map((one) => order(one)[0]?.split(':')[0] ?? '');

  // The first would win but for the stage: without it, it does.
  it.each<[string, string, string[], Partial<Candidate>[]?]>([
    ['declaration', 'how is a date parsed', ['a.ts|dateParse|parse date', 'b.ts|parseDate|parse date'], [{ kind: 'interface' }]],
    // A file of imports alone is a barrel, too.
    ['imports', 'parse date', ['a.ts||import parse date parse date', 'b.ts||parse of a date', 'a.ts|f|x = y']],
    ['word-pairs', 'raw mode', ['a.ts|f|mode of raw', 'b.ts|f|set raw mode of the terminal']],
    ['inline-test', 'parse date', ['a.rs|tests.parse_date|parse date', 'b.rs|other.parse_date|parse date and some']],
    ['inline-test', 'parse date', ['a.rs|parse_date|#[test] parse date date', 'b.rs|parse_date|parse the date of it if there']],
    [
      'chunk-coverage',
      'queue jobs fail',
      ['a.ts|f|queue queue jobs jobs queue', 'b.ts|f|queue and some jobs that may fail at any time or not'],
    ],
  ])('%s: %s', (stage, question, lines, changes = []) => {
    const input = inputOf(question, lines);
    const candidates = input.candidates.map((row, at) => ({ ...row, ...changes[at] }));
    const [first = '', second = ''] = candidates.map(({ path }) => path);
    expect(decided(stage, { ...input, candidates })).toEqual([second, first]);
  });

  it.each(['vector', 'skeletonVector'] as const)('file-vectors: the %s of the whole file', (name) => {
    const input = inputOf('upload', ['a.ts|a|upload', 'b.ts|b|upload'], { mode: 'hybrid', questionVector: Float32Array.of(0, 1) });
    const files = input.candidates.map(({ path, language }, at) => {
      const none = { path, language, chunks: 1, keywordScore: 0, vector: null, skeletonVector: null };
      return { ...none, [name]: VECTORS[2 * at] ?? null };
    });
    expect(decided('file-vectors', { ...input, files })).toEqual(['b.ts', 'a.ts']);
  });
});

describe('lists of imports', () => {
  it.each([
    ['import { a } from "a";\nimport b from "b";\n', true],
    ['import {\n  one,\n  two,\n} from "numbers";\n', true],
    ['from os import path\nimport re\n\nLIMIT = 3\n', true],
    ['package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n', true],
    ['#include <stdio.h>\n#include "a.h"\n', true],
    ['use std::fmt;\nuse crate::{\n  a,\n};\n', true],
    ['using System;\nusing System.Linq;\n', true],
    ['const fs = require("fs");\n', true],
    ['local a = require("a")\nlocal b = require "b"\n', true],
    ['const a = @import("a.zig");\nconst b = @import("b.zig");\n', true],
    ['#!/bin/sh\n. "$DIR/a.sh"\nsource "$DIR/b.sh"\n. ./c.sh\n', true],
    ['open Net\nopen Util\n', true],
    ["export 'src/a.dart';\nimport 'b.dart';\n", true],
    ['import a from "a";\nrun();\nstop();\n', false],
    ['LIMIT = 3\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isImportList(text)).toBe(expected);
  });
});

describe('parts of a long definition', () => {
  const lines = [
    'a.ts|convert|parse date parse date',
    'a.ts|convert|parse date parse date',
    'a.ts|convert|parse date parse date',
    'b.ts|readDate|parse date',
  ];
  const ranked = (parts: readonly number[]): readonly Ranked[] => {
    const { candidates, ...input } = inputOf('parse date', lines, { without: new Set(['duplicates']) });
    return rank({ ...input, candidates: candidates.map((row, at) => ({ ...row, part: parts[at] ?? 0 })) });
  };

  it('are one answer near the top, and leave room for others', () => {
    const rows = ranked([0, 1, 2, 0]);
    expect(
      rows
        .slice(0, 2)
        .map(({ candidate: { symbol } }) => symbol)
        .sort(),
    ).toEqual(['convert', 'readDate']);
    expect(rows.map(({ why }) => why.filter(({ signal }) => signal === 'parts').length)).toEqual([0, 0, 1, 1]);
  });

  it('are not what two definitions of one name are', () => {
    expect(ranked([0, 0, 0, 0]).flatMap(({ why }) => why.map(({ signal }) => signal))).not.toContain('parts');
  });
});

describe('what the question nearly quotes', () => {
  const question = 'delete parts of uploads nobody finished';
  const lifted = (asked: string, text: string) =>
    rank(inputOf(asked, [`a.ts|f|${text}`, 'b.ts|g|upload finished'])).some(({ why }) => why.some(({ signal }) => signal === 'all-words'));
  it('is lifted when all its words stand there, most of them side by side', () => {
    expect(lifted(question, 'deletes the parts of uploads that nobody finished for long')).toBe(true);
  });
  it('is not lifted when a word is missing, when the words are apart, or when they are few', () => {
    expect(lifted(question, 'deletes the parts of uploads that nobody left')).toBe(false);
    expect(lifted(question, 'nobody said when parts or what deletes, as uploads are finished')).toBe(false);
    expect(lifted('delete parts', 'deletes parts')).toBe(false);
  });
});

describe('rows', () => {
  const lines = ['a.ts|uploadOne|upload one', 'a.ts|uploadTwo|upload two', 'b.ts|other|upload'];
  it('are symbols in order of their scores', () => {
    expect(order(inputOf('upload', lines))).toEqual(['a.ts:uploadOne', 'a.ts:uploadTwo', 'b.ts:other']);
  });
  it('are files: the best chunk of each file first', () => {
    expect(order(inputOf('upload', lines, { rows: 'file' })).slice(0, 2)).toEqual(['a.ts:uploadOne', 'b.ts:other']);
  });
  it('are files: what stands for a folder is lifted by the files in it', () => {
    const tree = ['route/path.ts|a|merge paths', 'route/index.ts|b|paths', 'other.ts|c|paths'];
    expect(order(inputOf('merge paths', tree, { rows: 'file' }))).toEqual(['route/path.ts:a', 'route/index.ts:b', 'other.ts:c']);
    const hubs = (question: string, lines: readonly string[], rows: 'file' | 'symbol') =>
      rank(inputOf(question, lines, { rows })).filter(({ why }) => why.some(({ signal }) => signal === 'hub')).length;
    expect(hubs('merge paths', tree, 'file')).toBe(1);
    expect(hubs('merge paths', tree, 'symbol')).toBe(0);
    expect(hubs('fix merging of paths', tree, 'file')).toBe(0);
    // What stands for all that was found says nothing of its own.
    const together = ['src/path.ts|a|merge paths', 'src/index.ts|b|paths', 'src/other.ts|c|paths'];
    expect(hubs('merge paths', together, 'file')).toBe(0);
  });
  it.each(['file-name', 'coherence'])('that are files are told by their %s more than rows that are places', (told) => {
    const value = (rows: 'file' | 'symbol') =>
      rank(inputOf('upload', ['upload.ts|a|upload'], { rows }))[0]?.why.find(({ signal }) => signal === told)?.value ?? 0;
    expect(value('symbol')).toBeLessThan(value('file'));
    expect(value('symbol')).toBeGreaterThan(0);
  });
  it('are as many as asked for', () => expect(order(inputOf('upload', lines, { limit: 1 }))).toHaveLength(1));
  it('are none without candidates', () => expect(order(inputOf('upload', []))).toEqual([]));
});

describe('a path alone gives what is in the file in its order', () => {
  const placesOf = (question: string, lines: readonly string[], rows: 'symbol' | 'file' = 'symbol') =>
    rank(inputOf(question, lines, { rows })).map(({ candidate: row }) => `${row.path}:${row.startLine}`);
  const lines = ['src/date.ts||import x', 'b.ts|date|src date ts', 'src/date.ts|parse|take', 'src/date.ts|date|src date ts date'];

  it.each(['src/date.ts', './src/date.ts', 'date.ts'])('%s', (question) => {
    const expected = ['src/date.ts:1', 'src/date.ts:21', 'src/date.ts:31', 'b.ts:11'];
    expect(placesOf(question, lines)).toEqual(expected);
    expect(rank(inputOf(question, lines, { without: new Set(['file-order']) }))[0]?.candidate.symbol).toBe('date');
  });

  it('with several files of the name as mixed as they were', () => {
    const both = ['a/date.ts|take|x', 'b/date.ts|take|x', 'a/date.ts|date|date ts', 'b/date.ts|date|date ts'];
    const paths = (without: readonly string[]) =>
      rank(inputOf('date.ts', both, { without: new Set(without) })).map(({ candidate: row }) => row.path);
    expect(placesOf('date.ts', both).filter((place) => place.startsWith('a/'))).toEqual(['a/date.ts:1', 'a/date.ts:21']);
    expect(placesOf('date.ts', both).filter((place) => place.startsWith('b/'))).toEqual(['b/date.ts:11', 'b/date.ts:31']);
    expect(paths([])).toEqual(paths(['file-order']));
  });

  it('and words beside it are a question like any other', () => {
    expect(rank(inputOf('date in src/date.ts', lines))[0]?.candidate.symbol).toBe('date');
  });
});

describe('reasons', () => {
  const input = inputOf('retryUpload', ['src/retry.ts|retryUpload|retryUpload', 'test/a.test.ts|f|retryUpload retry']);

  const path = inputOf('src/retry.ts', ['src/retry.ts||retry', 'src/retry.ts|retry|src retry ts', 'src/retry.ts|x|y']);

  it.each([
    ['of a symbol', input],
    ['of a path', path],
  ])('%s make up the score', (_what, asked) => {
    const after = ['exact-symbol', 'file-order'];
    for (const { score, why } of rank(asked)) {
      const lead = why.find(({ signal }) => after.includes(signal))?.value ?? 0;
      const sum = why
        .filter(({ effect, signal }) => effect === 'score' && !after.includes(signal))
        .reduce((total, { value }) => total + value, 0);
      const factor = why.filter(({ effect }) => effect === 'factor').reduce((total, { value }) => total * value, 1);
      expect(sum * factor + lead).toBeCloseTo(score, 1);
    }
  });

  it('say in words what counted', () => {
    const details = rank(input).map(({ why }) => why.map(({ detail }) => detail).join('; '));
    expect(details[0]).toContain('defines `retryUpload`');
    expect(details[0]).toContain('upload');
    expect(details[1]).toContain('a test');
  });

  it.each(STAGE_NAMES.map((name) => [name]))('%s can be left out', (name) => {
    const full = inputOf('parse the date in Queue.push', [
      'v3/test/date.ts|Queue.push|parse date',
      'v4/date.ts|Queue.push|date',
      'd.ts||parse',
    ]);
    const rows = rank({ ...full, without: new Set([name]) });
    expect(rows).toHaveLength(3);
    expect(rows.flatMap(({ why }) => why.map(({ signal }) => signal))).not.toContain(name);
  });
});

it('leaves its input as it was', () => {
  const input = withVectors({ mode: 'hybrid' });
  const before = structuredClone(input.candidates);
  rank(input);
  expect(input.candidates).toEqual(before);
});

it('answers the same with what earlier questions taught, also when a file has come to another language', () => {
  const names = createKnownNames();
  const lines = ['src/date.test.h|parseDate|parse date', 'test/parse.ts|Queue.parseDates|date', 'src/queueSpec.h|take|parse date now'];
  const questions = ['parse date', 'take dates', 'how are dates parsed', 'queue test', 'Queue.parseDates'];
  for (const language of ['c', 'java', 'c']) {
    for (const question of questions) {
      const input = inputOf(question, lines);
      const candidates = input.candidates.map((row) => ({ ...row, language }));
      expect(rank({ ...input, candidates, names })).toEqual(rank({ ...input, candidates }));
    }
  }
});

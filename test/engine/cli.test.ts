import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, quarry } from './cli.ts';

const UPLOAD = `/** Tries failed uploads again, a little later each time. */
export function retryFailedUploads(queue: string[]): number {
  return queue.length;
}

export function parseConfig(text: string): unknown {
  return JSON.parse(text);
}
`;
const ONE_LINE = /^[^\n]+\n$/;
const NOBODY = 65534;

describe('quarry search', () => {
  it('puts the right function first, in the promised JSON shape', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD, 'README.md': '# Project\n\nNothing here.\n' });
    const { code, stdout } = await quarry(['search', folder, 'where are failed uploads retried', '--json', '--index-dir', indexDir]);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual(['query', 'ms', 'metrics', 'results']);
    expect(Object.keys(answer.results[0])).toEqual(['path', 'startLine', 'endLine', 'symbol', 'kind', 'language', 'score', 'why']);
    expect(answer.results[0]).toMatchObject({
      path: 'src/upload.ts',
      startLine: 1,
      endLine: 4,
      symbol: 'retryFailedUploads',
      kind: 'function',
      language: 'typescript',
    });
  });

  it('prints rows for a person, with reasons on request, and no progress into a pipe', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const { stdout, stderr } = await quarry(['search', folder, 'parse config', '--explain', '--index-dir', indexDir]);
    expect(stdout).toMatch(/src\/upload\.ts:6-8 {2}parseConfig/);
    expect(stdout).toMatch(/\[\w+\]/);
    expect(stderr).toBe('');
  });

  it.each([
    ['hybrid', 0],
    ['semantic', 0],
    ['keyword', 0],
  ])('answers in %s mode', async (mode, code) => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    expect((await quarry(['search', folder, 'retry uploads', '--mode', mode, '--index-dir', indexDir])).code).toBe(code);
  });

  it.each([
    ['--lang', 'python', 'b.py'],
    ['--include', 'lib/**', 'lib/c.ts'],
    ['--exclude', '{a.ts,b.py}', 'lib/c.ts'],
  ])('filters by %s %s', async (option, value, only) => {
    const files = { 'a.ts': 'export function load() {}\n', 'b.py': 'def load():\n    pass\n', 'lib/c.ts': 'export function load() {}\n' };
    const { folder, indexDir } = await makeFolder(files);
    const { stdout } = await quarry(['search', folder, 'load', option, value, '--json', '--index-dir', indexDir]);
    expect(JSON.parse(stdout).results.map((row: { path: string }) => row.path)).toEqual([only]);
  });

  it('takes a script without an extension for the language of its first line', async () => {
    const files = { 'bin/run': '#!/usr/bin/env bash\n\nload() {\n  :\n}\n', 'load.py': 'def load():\n    pass\n' };
    const { folder, indexDir } = await makeFolder(files);
    const { stdout } = await quarry(['search', folder, 'load', '--lang', 'bash', '--json', '--index-dir', indexDir]);
    const rows: { path: string; symbol: string; language: string }[] = JSON.parse(stdout).results;
    expect(rows[0]).toMatchObject({ path: 'bin/run', symbol: 'load', language: 'shellscript' });
    expect(rows.map(({ path }) => path)).not.toContain('load.py');
  });

  it('understands a slip of the keys, and says so', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const { stdout } = await quarry(['search', folder, 'retryFailedUplaods', '--mode', 'keyword', '--index-dir', indexDir]);
    expect(stdout).toMatch(/^ *1 +src\/upload\.ts:1-4 +retryFailedUploads/m);
    expect(stdout).toContain('"uplaods" stands nowhere here; words like "uploads" were looked for.');
    // The index knows `retry` as `retri`, which nobody has written.
    const other = await quarry(['search', folder, 'rerty', '--mode', 'keyword', '--index-dir', indexDir]);
    expect(other.stdout).toContain('"rerty" stands nowhere here; words like "retry" were looked for.');
  });

  it('takes no ordinary word for a slip of the keys, though it stands nowhere', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/compat.ts': 'export function isCompat() {\n  return true;\n}\n' });
    const { stdout } = await quarry(['search', folder, 'what is computed', '--index-dir', indexDir]);
    expect(stdout).not.toContain('stands nowhere here');
    expect((await quarry(['search', folder, 'comqat', '--index-dir', indexDir])).stdout).toContain('stands nowhere here');
  });

  it('says when nothing of the question stands in what was found', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const none = /^None of these words/m;
    expect((await quarry(['search', folder, 'qwzzkv xxyyq', '--index-dir', indexDir])).stdout).toMatch(none);
    expect((await quarry(['search', folder, 'qwzzkv uploads', '--index-dir', indexDir])).stdout).not.toMatch(none);
  });

  describe('--rows', () => {
    const loads = (names: readonly string[]): string => names.map((name) => `export function load${name}Config() {}\n`).join('\n');
    const files = { 'config.ts': loads(['A', 'B', 'C']), 'other.ts': loads(['D']), 'queries.jsonl': '{"query": "load config"}\n' };
    interface Answer {
      readonly results: readonly { readonly path: string }[];
    }
    const first = (stdout: string): readonly string[] => (JSON.parse(stdout) as Answer).results.slice(0, 2).map(({ path }) => path);

    it.each([
      ['search', (folder: string) => ['search', folder, 'load config', '--json']],
      ['batch', (folder: string) => ['batch', folder, '--queries', join(folder, 'queries.jsonl')]],
    ] as const)('%s shows many files first with file, and the best places with symbol or nothing', async (_command, args) => {
      const { folder, indexDir } = await makeFolder(files);
      const paths = async (...rows: readonly string[]) =>
        first((await quarry([...args(folder), '--lang', 'ts', ...rows, '--index-dir', indexDir])).stdout);
      expect(await paths('--rows', 'file')).toEqual(['config.ts', 'other.ts']);
      expect(await paths('--rows', 'symbol')).toEqual(['config.ts', 'config.ts']);
      expect(await paths()).toEqual(['config.ts', 'config.ts']);
    });
  });
});

describe('quarry similar', () => {
  it('finds code like the code at a place, without the place itself', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD, 'src/again.ts': UPLOAD, 'other.ts': 'export const x = 1;\n' });
    const { code, stdout } = await quarry(['similar', folder, 'src/upload.ts:1-4', '--json', '--index-dir', indexDir]);
    expect(code).toBe(0);
    const { results } = JSON.parse(stdout);
    expect(results[0]).toMatchObject({ path: 'src/again.ts', symbol: 'retryFailedUploads' });
    expect(results).not.toContainEqual(expect.objectContaining({ path: 'src/upload.ts', symbol: 'retryFailedUploads' }));
  });
});

describe('bad use gets one clear line and exit code 2', () => {
  it.each([
    ['a place that is none', (folder: string) => ['similar', folder, 'a.ts'], /src\/file\.ts:10-42/],
    ['a place outside the folder', (folder: string) => ['similar', folder, '../../etc/passwd:1'], /no file/],
    ['a place in a folder', (folder: string) => ['similar', `${folder}/..`, 'project:1'], /cannot be read as a file/],
    ['an empty question', (folder: string) => ['search', folder, '  '], /question/i],
    ['an unknown language', (folder: string) => ['search', folder, 'x', '--lang', 'klingon'], /klingon/],
    ['an unknown mode', (folder: string) => ['search', folder, 'x', '--mode', 'magic'], /magic/],
    ['an unknown option', (folder: string) => ['search', folder, 'x', '--fast'], /--fast/],
    ['an unknown command', () => ['serch', '.', 'x'], /serch/],
    ['no question', (folder: string) => ['search', folder], /question/],
    ['a pattern that is empty', (folder: string) => ['search', folder, 'x', '--include', ''], /pattern such as src/],
    ['question and folder the wrong way round', (folder: string) => ['search', 'load config', folder], /the folder comes first/],
    ['filters and nothing to look for', (folder: string) => ['search', folder, 'lang:ts kind:class'], /beside it/],
    ['a limit that is no number', (folder: string) => ['search', folder, 'x', '--limit', 'many'], /whole number/],
    ['a missing folder', (folder: string) => ['search', `${folder}/nowhere`, 'x'], /no folder/i],
    ['a file instead of a folder', (folder: string) => ['search', `${folder}/a.ts`, 'x'], /is a file/],
    ['a question without quotes', (folder: string) => ['search', folder, 'retry', 'uploads'], /Usage: quarry search <folder> "<question>"/],
    ['a question without a folder', () => ['search', 'retry uploads'], /Usage: quarry search <folder> "<question>"/],
    ['a stage that ranking has not', (folder: string) => ['search', folder, 'x', '--without', 'magic'], /no stage "magic".*fusion/],
    ['a line after the last', (folder: string) => ['similar', folder, 'a.ts:2'], /has 1 line/],
    [
      'answers that cannot be written',
      (folder: string) => ['batch', folder, '--queries', `${folder}/ok.jsonl`, '--out', `${folder}/nowhere/out`],
      /nowhere\/out cannot be written/,
    ],
    ['a missing queries file', (folder: string) => ['batch', folder, '--queries', `${folder}/none.jsonl`], /none\.jsonl/],
    ['a queries file that is not JSON', (folder: string) => ['batch', folder, '--queries', `${folder}/a.ts`], /line 1/i],
  ])('%s', async (_, args, says) => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': 'const x = 1;\n', 'ok.jsonl': '{"query": "x"}\n' });
    const { code, stdout, stderr } = await quarry([...args(folder), '--index-dir', indexDir]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toMatch(says);
  });

  it('an unreadable folder', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': 'const x = 1;\n' });
    await chmod(folder, 0o000);
    const uid = process.getuid?.() === 0 ? { uid: NOBODY } : {};
    const { code, stderr } = await quarry(['search', folder, 'x', '--index-dir', indexDir], uid);
    await chmod(folder, 0o755);
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_LINE);
  });

  it('an index written by a newer version, which is left as it is', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': UPLOAD });
    await quarry(['index', folder, '--index-dir', indexDir]);
    const meta = join(indexDir, 'index.json');
    const newer = JSON.stringify({ ...JSON.parse(await readFile(meta, 'utf8')), format: 999 });
    await writeFile(meta, newer);
    const { code, stderr } = await quarry(['search', folder, 'x', '--index-dir', indexDir]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/newer/);
    expect(await readFile(meta, 'utf8')).toBe(newer);
  });

  it('an index folder that cannot be made', async () => {
    const { folder } = await makeFolder({ 'a.ts': UPLOAD });
    const { code, stderr } = await quarry(['search', folder, 'x', '--index-dir', join(folder, 'a.ts', 'index')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_LINE);
  });
});

describe('strange input is no error', () => {
  it('a question of 10,000 characters', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const { code } = await quarry(['search', folder, 'retry failed uploads '.repeat(500), '--index-dir', indexDir]);
    expect(code).toBe(0);
  });

  it('an empty folder has no answers', async () => {
    const { folder, indexDir } = await makeFolder({});
    const { code, stderr } = await quarry(['search', folder, 'anything', '--index-dir', indexDir]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it.each(['with space', "o'clock", 'per%20cent', 'double"quote', '😀 emoji', 'ünï', 'a_b%c'])(
    'a folder and a file called %s',
    async (name) => {
      const { folder, indexDir } = await makeFolder({ [`${name}/${name}.ts`]: UPLOAD }, name);
      const { code, stdout } = await quarry(['search', folder, 'failed uploads', '--json', '--index-dir', indexDir]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout).results[0].path).toBe(`${name}/${name}.ts`);
    },
  );

  it('files that break parsers are indexed or skipped with a reason, and the others answer', async () => {
    const files = {
      'broken-utf8.ts': Buffer.concat([Buffer.from('// caf'), Buffer.from([0xe9, 0xff]), Buffer.from(`\n${UPLOAD}`)]),
      'bom.ts': `\ufeff${UPLOAD.replace('retryFailedUploads', 'withBom')}`,
      'crlf.ts': UPLOAD.replace('retryFailedUploads', 'withCrlf').replaceAll('\n', '\r\n'),
      'no-newline.ts': 'export function withoutNewline() { return 1; }',
      'one-line.json': `["${'x'.repeat(900_000)}"]`,
      'nested.js': `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`,
      'unclosed.ts': `function lonely() { if (true) { ${UPLOAD}`,
    };
    const { folder, indexDir } = await makeFolder(files);
    for (const [name, first, last] of [
      ['withBom', 1, 4],
      ['withCrlf', 1, 4],
      ['withoutNewline', 1, 1],
    ] as const) {
      const { stdout } = await quarry(['search', folder, name, '--json', '--index-dir', indexDir]);
      expect(JSON.parse(stdout).results[0]).toMatchObject({ symbol: name, startLine: first, endLine: last });
    }
    const { stdout } = await quarry(['files', folder, '--json', '--index-dir', indexDir]);
    const listing = JSON.parse(stdout);
    expect(listing.failed).toEqual([]);
    expect([...listing.indexed, ...listing.skipped.map((file: { path: string }) => file.path)].sort()).toEqual(Object.keys(files).sort());
  });

  it('a read-only index still answers', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    await quarry(['index', folder, '--index-dir', indexDir]);
    const isRoot = process.getuid?.() === 0;
    // Root may write everywhere, so another user reads then.
    if (isRoot) execFileSync('chmod', ['-R', 'a+rX', join(folder, '..')]);
    else await chmod(indexDir, 0o555);
    const ask = ['search', folder, 'failed uploads', '--json', '--index-dir', indexDir];
    const { code, stdout } = await quarry(ask, isRoot ? { uid: NOBODY } : {});
    await chmod(indexDir, 0o755);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).results[0].symbol).toBe('retryFailedUploads');
  });

  it('two searches at once on a folder without an index both answer', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const ask = () => quarry(['search', folder, 'failed uploads', '--json', '--index-dir', indexDir]);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(answers.map(({ stdout }) => JSON.parse(stdout).results[0].symbol))).toEqual(new Set(['retryFailedUploads']));
  });
});

describe('quarry batch', () => {
  it('answers one JSON object a line, in order, with ids', async () => {
    const { folder, indexDir } = await makeFolder({ 'src/upload.ts': UPLOAD });
    const queries = join(folder, '..', 'queries.jsonl');
    const out = join(folder, '..', 'out.jsonl');
    await writeFile(queries, '{"id": 7, "query": "retry uploads"}\n\n{"query": "config"}\n{"query": "lang:ts"}\n{"query": ""}\n');
    expect((await quarry(['batch', folder, '--queries', queries, '--out', out, '--index-dir', indexDir])).code).toBe(0);
    const lines = (await readFile(out, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, query }) => ({ id, query }))).toEqual([
      { id: 7, query: 'retry uploads' },
      { query: 'config' },
      { query: 'lang:ts' },
      { query: '' },
    ]);
    expect(lines[0].results[0].symbol).toBe('retryFailedUploads');
    expect([lines[2].results, lines[3].results]).toEqual([[], []]);
  });
});

describe('quarry index, status and files', () => {
  it('notices edits, new and deleted files between two runs, and reads nothing twice', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': UPLOAD, 'b.ts': 'export const answer = 42;\n' });
    const index = async (): Promise<string> => (await quarry(['index', folder, '--index-dir', indexDir])).stdout;
    expect(await index()).toMatch(/2 files read/);
    expect(await index()).toMatch(/0 files read, 0 chunks written/);
    await writeFile(join(folder, 'a.ts'), UPLOAD.replace('retryFailedUploads', 'sendAgain'));
    await writeFile(join(folder, 'c.ts'), 'export const question = 6 * 7;\n');
    await rm(join(folder, 'b.ts'));
    expect(await index()).toMatch(/2 files read.*1 files removed/);
    const { stdout } = await quarry(['search', folder, 'sendAgain', '--json', '--index-dir', indexDir]);
    expect(JSON.parse(stdout).results[0].symbol).toBe('sendAgain');
    expect(stdout).not.toContain('retryFailedUploads');
  });

  it('says what the index holds, and nothing when there is none', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': UPLOAD });
    expect((await quarry(['status', folder, '--index-dir', indexDir])).code).toBe(1);
    await quarry(['index', folder, '--index-dir', indexDir]);
    const { code, stdout } = await quarry(['status', folder, '--json', '--index-dir', indexDir]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, failed: 0, embedder: { id: 'bundled' } });
  });

  it('lists files before the first index, and the others with their reason', async () => {
    const { folder, indexDir } = await makeFolder({ 'a.ts': UPLOAD, '.env': 'SECRET=1\n', 'logo.png': Buffer.from([0, 1, 2]) });
    await mkdir(join(folder, 'node_modules/dep'), { recursive: true });
    await writeFile(join(folder, 'node_modules/dep/index.js'), 'module.exports = 1;\n');
    expect((await quarry(['files', folder, '--index-dir', indexDir])).stdout).toBe('a.ts\n');
    expect((await quarry(['files', folder, '--skipped', '--index-dir', indexDir])).stdout).toMatch(/\.env\tsecret/);
    const early = await quarry(['files', folder, '--why', 'a.ts', '--index-dir', join(indexDir, 'none')]);
    expect(early).toMatchObject({ code: 1, stdout: '`a.ts` belongs to the index, and is not in it yet.\n' });
    const why = await quarry(['files', folder, '--why', '.env', '--index-dir', indexDir]);
    expect(why.code).toBe(1);
    expect(why.stdout).toMatch(/secret/i);
  });
});

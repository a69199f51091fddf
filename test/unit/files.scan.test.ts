import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FILE_SETTINGS, type FileSettings } from '../../src/core/files.ts';
import { scanFolder } from '../../src/files/scan.ts';
import { git, repository, temporaryFolder, writeTree } from './filesTree.ts';

async function scan(folder: string, settings: Partial<FileSettings> = {}) {
  const result = await scanFolder(folder, { ...DEFAULT_FILE_SETTINGS, ...settings });
  const why = (path: string) => result.skipped.find((entry) => entry.path === path);
  return { ...result, paths: result.files.map((file) => file.path), why };
}

const AWKWARD_NAMES = [
  'with space.ts',
  `it's "quoted".ts`,
  '100%.ts',
  'späße/日本/🚀.ts',
  'new\nline.ts',
  '*star?[x].ts',
  ':(glob)x.ts',
  '-dash.ts',
  '#hash.ts',
  '!bang.ts',
];

describe.each(['git', 'walk'] as const)('a folder with a .gitignore, by %s', (source) => {
  function folderWith(tree: Readonly<Record<string, string | Uint8Array>>): string {
    if (source === 'git') return repository(tree);
    const folder = temporaryFolder();
    writeTree(folder, tree);
    return folder;
  }

  test('leaves out what the rules ignore and keeps the rest', async () => {
    const folder = folderWith({
      '.gitignore': 'dist/\n*.log\n!keep.log\n',
      'src/a.ts': 'a',
      'src/b.log': 'b',
      'src/keep.log': 'c',
      'src/.gitignore': '/only-here.ts\nsub/*\n!sub/kept.ts\n',
      'src/only-here.ts': 'd',
      'src/deep/only-here.ts': 'e',
      'src/sub/dropped.ts': 'f',
      'src/sub/kept.ts': 'g',
      'dist/out.js': 'h',
    });
    const found = await scan(folder);
    expect(found.source).toBe(source);
    expect(found.paths).toEqual(['.gitignore', 'src/.gitignore', 'src/a.ts', 'src/deep/only-here.ts', 'src/keep.log', 'src/sub/kept.ts']);
    expect(found.why('dist/')?.reason).toBe(source === 'git' ? 'git-ignored' : 'ignored');
    expect(found.why('src/b.log')?.reason).toBe(source === 'git' ? 'git-ignored' : 'ignored');
    expect(found.notes).toEqual([]);
  });

  test.each(AWKWARD_NAMES)('finds a file called %j', async (name) => {
    expect((await scan(folderWith({ [name]: 'x' }))).paths).toEqual([name]);
  });

  test('never enters directories that tools fill, unless a ! line names them', async () => {
    const tree = { 'web/node_modules/lib/index.js': 'x', 'web/node_modules/other/index.js': 'x', '__pycache__/a.py': 'x', 'a.ts': 'x' };
    const plain = await scan(folderWith(tree));
    expect(plain.paths).toEqual(['a.ts']);
    expect(plain.why('web/node_modules/')).toMatchObject({ reason: 'ignored', detail: expect.stringContaining('node_modules') });
    const unnamed = await scan(folderWith({ ...tree, '.quarryignore': '!*.js\n' }));
    expect(unnamed.paths).toEqual(['.quarryignore', 'a.ts']);
    const named = await scan(folderWith({ ...tree, '.quarryignore': '!node_modules/lib/\n!**/node_modules/lib/**\n' }));
    expect(named.paths).toEqual(['.quarryignore', 'a.ts', 'web/node_modules/lib/index.js']);
  });

  test('takes in what a ! line in .quarryignore asks for, and nothing else that is ignored', async () => {
    const folder = folderWith({
      '.gitignore': 'generated/\n*.sql\n',
      '.quarryignore': '!generated/api.ts\n!*.sql\ndocs/\n',
      'generated/api.ts': 'x',
      'generated/deep/other.ts': 'x',
      'db/schema.sql': 'x',
      'docs/a.md': 'x',
      'docs/.quarryignore': '!a.md\n',
      'app/.quarryignore': '/private.ts\n',
      'app/private.ts': 'x',
      'app/deep/private.ts': 'x',
    });
    const found = await scan(folder);
    expect(found.paths.filter((path) => !/ignore$/.test(path))).toEqual(['app/deep/private.ts', 'db/schema.sql', 'generated/api.ts']);
    expect(found.files.find((file) => file.path === 'generated/api.ts')?.asked).toBe(true);
    expect(found.files.find((file) => file.path === 'app/deep/private.ts')?.asked).toBeUndefined();
    expect(found.why('app/private.ts')).toEqual({
      path: 'app/private.ts',
      reason: 'quarryignore',
      detail: '`/private.ts` in app/.quarryignore line 1',
    });
    expect(found.why('docs/a.md')?.reason).toBe('quarryignore');
  });

  test('never takes in secrets, but examples of them when a ! line asks', async () => {
    const tree = { '.env': 'K=1', '.env.example': 'K=', 'server.pem': 'x', id_rsa: 'x', 'id_rsa.pub': 'x', 'id_map.py': 'x' };
    const plain = await scan(folderWith(tree));
    expect(plain.paths).toEqual(['id_map.py', 'id_rsa.pub']);
    expect(plain.why('.env')?.reason).toBe('secret');
    const asked = await scan(folderWith({ ...tree, '.gitignore': '.env*\n', '.quarryignore': '!.env*\n!*.pem\n!id_*\n' }));
    expect(asked.paths).toEqual(['.env.example', '.gitignore', '.quarryignore', 'id_map.py', 'id_rsa.pub']);
    expect(asked.why('.env')?.reason).toBe('secret');
  });

  test('applies include, exclude and the size limit', async () => {
    const folder = folderWith({
      'src/a.ts': 'a',
      'src/a.test.ts': 'a',
      'src/.hidden/b.ts': 'b',
      'docs/c.md': 'c',
      'src/big.ts': 'x'.repeat(2001),
    });
    const found = await scan(folder, { include: ['src'], exclude: ['*.test.ts'], maxFileBytes: 2000 });
    expect(found.paths).toEqual(['src/.hidden/b.ts', 'src/a.ts']);
    expect(found.why('src/a.test.ts')).toMatchObject({ reason: 'excluded-by-settings', detail: 'exclude `*.test.ts`' });
    expect(found.why('docs/c.md')).toMatchObject({ reason: 'excluded-by-settings', detail: 'no include glob matches' });
    expect(found.why('src/big.ts')).toMatchObject({ reason: 'too-large', detail: '2 kB, the limit is 2 kB' });
  });

  test('says why lock files, binaries, minified files, maps and empty files are left out', async () => {
    const found = await scan(folderWith({ 'yarn.lock': 'x', 'a.png': 'x', 'a.min.js': 'x', 'a.js.map': '{}', 'e.ts': '', 'ok.ts': 'x' }));
    expect(found.paths).toEqual(['ok.ts']);
    expect(found.skipped.map(({ path, reason }) => [path, reason])).toEqual([
      ['a.js.map', 'generated'],
      ['a.min.js', 'minified'],
      ['a.png', 'binary'],
      ['e.ts', 'empty'],
      ['yarn.lock', 'lock-file'],
    ]);
  });

  test('follows no link: outside, inside, broken, or to a directory', async () => {
    const outside = temporaryFolder();
    writeTree(outside, { 'secret.ts': 'x', 'dir/s.ts': 'x' });
    const folder = folderWith({ 'real.ts': 'x' });
    symlinkSync(join(outside, 'secret.ts'), join(folder, 'out.ts'));
    symlinkSync(join(outside, 'dir'), join(folder, 'outdir'));
    symlinkSync('real.ts', join(folder, 'in.ts'));
    symlinkSync('nowhere', join(folder, 'broken.ts'));
    symlinkSync('.', join(folder, 'loop'));
    const found = await scan(folder);
    expect(found.paths).toEqual(['real.ts']);
    expect(found.skipped.map(({ path, reason }) => [path, reason])).toEqual([
      ['broken.ts', 'unreadable'],
      ['in.ts', 'not-a-file'],
      ['loop', 'not-a-file'],
      ['out.ts', 'outside-folder'],
      ['outdir', 'outside-folder'],
    ]);
  });

  test('a repository inside is listed by its own rules', async () => {
    const folder = folderWith({
      'a.ts': 'x',
      'inner/b.ts': 'x',
      'inner/b.tmp': 'x',
      'inner/.gitignore': '*.tmp\n',
      'inner/deeper/c.ts': 'x',
    });
    git(join(folder, 'inner'), 'init', '-q');
    git(join(folder, 'inner', 'deeper'), 'init', '-q');
    const found = await scan(folder);
    expect(found.paths).toEqual(['a.ts', 'inner/.gitignore', 'inner/b.ts', 'inner/deeper/c.ts']);
    expect(found.why('inner/b.tmp')?.reason).toBe('git-ignored');
  });

  test('an empty folder has no files', async () => {
    expect((await scan(folderWith({}))).paths).toEqual([]);
  });

  test('stops with the reason of its signal', async () => {
    const folder = folderWith({ 'a.ts': 'x' });
    await expect(scanFolder(folder, DEFAULT_FILE_SETTINGS, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('a walk', () => {
  test.skipIf(process.platform === 'win32')('does not wait for an ignore file that is a pipe, nor read one that never ends', async () => {
    const folder = temporaryFolder();
    writeTree(folder, { 'a.ts': 'x', 'sub/b.ts': 'x', 'sub/.gitignore': 'b.ts\n', 'b.ts': 'x' });
    execFileSync('mkfifo', [join(folder, '.gitignore')]);
    symlinkSync('/dev/zero', join(folder, '.ignore'));
    expect((await scan(folder)).paths).toEqual(['a.ts', 'b.ts', 'sub/.gitignore']);
  });

  test('.ignore overrules .gitignore, and marked directories are left out', async () => {
    const folder = temporaryFolder();
    writeTree(folder, {
      '.gitignore': '*.txt\n',
      '.ignore': '!notes.txt\nprivate/\n',
      'notes.txt': 'x',
      'other.txt': 'x',
      'private/a.ts': 'x',
      'env/pyvenv.cfg': 'x',
      'env/lib/a.py': 'x',
    });
    mkdirSync(join(folder, 'empty'));
    const found = await scan(folder);
    expect(found.paths).toEqual(['.gitignore', '.ignore', 'notes.txt']);
    expect(found.why('private/')).toEqual({ path: 'private/', reason: 'ignored', detail: '`private/` in .ignore line 2' });
    expect(found.why('env/')?.detail).toContain('pyvenv.cfg');
  });
});

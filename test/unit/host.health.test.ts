import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeOrphans } from '../../src/engine/indexFolder.ts';
import { indexRoots } from '../../src/host/health/indexRoots.ts';
import { type HealthRow, rowsOf } from '../../src/host/health/rows.ts';
import type { IndexStatus } from '../../src/protocol/engine.ts';
import type { FolderHealth } from '../../src/protocol/health.ts';

const status: IndexStatus = {
  folder: '/code',
  phase: 'ready',
  filesDone: 0,
  filesTotal: 0,
  filesPerSecond: 0,
  secondsLeft: null,
  files: 3,
  chunks: 1200,
  skipped: 3,
  failed: 1,
  bytesOnDisk: 2_500_000,
  embedder: { id: 'bundled', device: 'cpu', dtype: 'int4', reason: '' },
  semantic: true,
  message: '',
  indexDir: '/storage/index',
};

const health: FolderHealth = {
  status,
  languages: [
    { language: 'typescript', files: 2 },
    { language: '', files: 1 },
  ],
  skipped: [
    { path: 'a.png', reason: 'binary' },
    { path: 'out/', reason: 'git-ignored', detail: 'out/' },
    { path: 'x.log', reason: 'git-ignored', detail: '*.log' },
  ],
  failed: [{ path: 'src/bad.ts', message: 'the parser stopped', attempts: 2 }],
  generations: [
    { name: 'aaaaaaaa', bytes: 2_000_000, current: true },
    { name: 'bbbbbbbb', bytes: 400_000, current: false },
  ],
  models: [{ id: 'nomic-ai/CodeRankEmbed', bytes: 138_000_000 }],
  writer: { pid: 7, alive: true, own: true },
};

/** The tree as indented lines. */
function linesOf(row: HealthRow, depth = 0): readonly string[] {
  const line = `${'  '.repeat(depth)}${row.label}${row.description === undefined ? '' : `: ${row.description}`}`;
  return [line, ...(row.children ?? []).flatMap((child) => linesOf(child, depth + 1))];
}

test('the tree says everything about an index', () => {
  expect(linesOf(rowsOf('code', health))).toEqual([
    'code: ready',
    '  Indexed: 3 files, 1,200 chunks',
    '    typescript: 2 files',
    '    other text: 1 file',
    '  Skipped: 3',
    '    git ignored: 2',
    '      out/: out/',
    '      x.log: *.log',
    '    binary: 1',
    '      a.png',
    '  Failed: 1',
    '    src/bad.ts: the parser stopped (2 attempts)',
    '  On disk: 2.5 MB',
    '    in use: 2.0 MB (aaaaaaaa)',
    '    of another version or model: 400 kB (bbbbbbbb)',
    '    /storage/index: is where it is',
    '  Model: bundled on cpu, int4',
    '    nomic-ai/CodeRankEmbed: installed, 138.0 MB',
    '  Writer: this window (process 7)',
  ]);
});

test('only failed files can be retried, and a failure is open to see', () => {
  const failed = rowsOf('code', health).children?.find(({ label }) => label === 'Failed');
  expect({ kind: failed?.kind, open: failed?.open, file: failed?.children?.[0]?.kind }).toEqual({
    kind: 'failed-files',
    open: true,
    file: 'failed-file',
  });
  expect(rowsOf('code', { ...health, failed: [] }).children?.find(({ label }) => label === 'Failed')?.kind).toBeUndefined();
});

test.each([
  [undefined, 'nobody writes the index now'],
  [{ pid: 8, alive: true, own: false }, 'another window or program (process 8)'],
  [{ pid: 9, alive: false, own: false }, 'a process that ended (9)'],
])('the writer %o is told', (writer, text) => {
  const { writer: _, ...rest } = health;
  const rows = rowsOf('code', writer === undefined ? rest : { ...rest, writer }).children ?? [];
  expect(rows.find(({ label }) => label === 'Writer')?.description).toBe(text);
});

test('a clean-up reaches the indexes of other workspaces whose folders are gone', async () => {
  const storage = await mkdtemp(join(tmpdir(), 'quarry-storage-'));
  const indexOf = async (workspace: string, folder: string): Promise<void> => {
    const indexDir = join(storage, workspace, 'a.quarry', 'index', 'code-1');
    await mkdir(indexDir, { recursive: true });
    await writeFile(join(indexDir, 'folder.json'), JSON.stringify({ folder }));
  };
  const gone = join(storage, 'no such folder');
  await indexOf('this', storage);
  await indexOf('other', gone);
  await indexOf('third', storage);
  const removed = (await Promise.all((await indexRoots(join(storage, 'this', 'a.quarry'))).map(removeOrphans))).flat();
  expect(removed.map(({ folder }) => folder)).toEqual([gone]);
});

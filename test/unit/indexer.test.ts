import { mkdtemp, realpath, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CancellationToken } from 'vscode-jsonrpc';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { createGate } from '../../src/engine/gate.ts';
import { type IndexProgress, type IndexRun, indexFiles } from '../../src/engine/indexer.ts';
import { writeLastCheck } from '../../src/engine/lastCheck.ts';
import { type Pass, runPass } from '../../src/engine/pass.ts';
import { withoutTurns } from '../../src/engine/turns.ts';
import type { FileDraft, FileToChunk } from '../../src/engine/workerProtocol.ts';
import type { Commit, LedgerEntry } from '../../src/store/types.ts';

const draftOf = (path: string, hash: string): FileDraft => ({
  path,
  size: 1000,
  mtimeMs: 1,
  hash,
  state: 'indexed',
  language: 'typescript',
  chunks: [],
  tokens: '',
  skeleton: '',
});

/** A run over `count` files of one chunkless kind, with what it commits. */
function runOver(count: number, size: number, more: Partial<IndexRun> = {}): { readonly run: IndexRun; readonly commits: Commit[] } {
  const commits: Commit[] = [];
  const read = Array.from({ length: count }, (_, number) => ({ path: `f${number}.ts`, size, mtimeMs: 1 }));
  const run = {
    folder: '/nowhere',
    plan: { read, removed: [], unchanged: 0 },
    store: { commit: (next: Commit) => Promise.resolve(void commits.push(next)) },
    ledger: new Map<string, LedgerEntry>(),
    services: {
      prepare: () => undefined,
      chunkFiles: ({ files }: { readonly files: readonly FileToChunk[] }) =>
        Promise.resolve(files.map(({ path }) => draftOf(path, 'read first'))),
    },
    embedder: undefined,
    gate: createGate(false),
    share: withoutTurns(createGate(false)),
    maxFileBytes: 1e6,
    suspects: { last: new Set(), alone: new Set(), quarantined: [], cleared: () => Promise.resolve() },
    journal: '',
    batchJournal: '',
    onCommit: () => Promise.resolve(),
    onProgress: () => undefined,
    between: () => Promise.resolve(),
    cancelled: () => false,
    token: CancellationToken.None,
    ...more,
  } as unknown as IndexRun;
  return { run, commits };
}

test('the first files are written at once, the others many together, and each once', async () => {
  const { run, commits } = runOver(3000, 2000);
  expect(await indexFiles(run)).toMatchObject({ files: 3000 });
  const sizes = commits.map(({ updates }) => updates.length);
  expect(sizes[0]).toBeLessThan(50);
  // Three batches and the rest: how long the writing takes decides whether some more are made.
  expect(sizes.length).toBeLessThan(10);
  expect(new Set(commits.flatMap(({ updates }) => updates.map(({ file }) => file.path))).size).toBe(3000);
});

test('what was saved and indexed while a batch waited is not overwritten by what was read before', async () => {
  const { run, commits } = runOver(2, 1000);
  let isSaved = false;
  await indexFiles({
    ...run,
    between: () => {
      // As a look at saved files does between two steps.
      if (!isSaved) run.ledger.set('f1.ts', { ...draftOf('f1.ts', 'saved'), chunks: 0 } as unknown as LedgerEntry);
      isSaved = true;
      return Promise.resolve();
    },
  });
  expect(commits.flatMap(({ updates }) => updates.map(({ file }) => file.path))).toEqual(['f0.ts']);
  expect(run.ledger.get('f1.ts')?.hash).toBe('saved');
});

test('a slow embedder tells how far it is between two commits, and a commit never takes a step back', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const told: IndexProgress[] = [];
    const embedder = {
      info: { dimension: 1 },
      embed: (texts: readonly string[]) => {
        vi.advanceTimersByTime(1000);
        return Promise.resolve(new Float32Array(texts.length).fill(1));
      },
    } as unknown as IndexRun['embedder'];
    const { run } = runOver(300, 1000, { embedder, onProgress: (progress) => void told.push(progress) });
    await indexFiles(run);
    const between = told.filter(({ done, written }) => done > written);
    expect(new Set(between.map(({ written }) => written)).size).toBeLessThan(new Set(between.map(({ done }) => done)).size);
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.at(-1)).toEqual({ done: 300, written: 300, chunks: 0 });
  } finally {
    vi.useRealTimers();
  }
});

/** A pass over a folder without changes, whose index has `chunks` rows with `unindexed` outside its indexes. */
async function unchangedPass(chunks: number, unindexed: number, upkeep: () => Promise<void>, between: () => void): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'quarry-')));
  await writeFile(join(folder, 'a.ts'), 'export const a = 1;\n');
  const indexDir = await mkdtemp(join(tmpdir(), 'quarry-'));
  const { size, mtimeMs, ctimeMs } = await stat(join(folder, 'a.ts'));
  const entry = { path: 'a.ts', size, mtimeMs, hash: 'h', chunks, state: 'indexed', skipReason: '', error: '', attempts: 0 };
  while (Date.now() <= ctimeMs + 1) await new Promise((resolve) => setTimeout(resolve, 1));
  // Now, less the margin for clocks that are coarse.
  await writeLastCheck(indexDir, 'test', Date.now() + 2000);
  const pass = {
    folder,
    indexDir,
    files: DEFAULT_FILE_SETTINGS,
    first: [],
    work: { all: true, paths: [] },
    generation: {
      fingerprint: 'test',
      ledger: new Map([['a.ts', entry]]),
      store: { unindexedRows: () => Promise.resolve(unindexed), upkeep },
      corpus: { drift: 0, save: () => Promise.resolve() },
    },
    gate: createGate(false),
    share: withoutTurns(createGate(false)),
    between: () => Promise.resolve(between()),
    onPhase: () => undefined,
    onProgress: () => undefined,
    onScanned: () => undefined,
    say: () => undefined,
    cancelled: () => false,
    token: CancellationToken.None,
  } as unknown as Pass;
  await runPass(pass);
}

test('files that are saved while the upkeep runs are looked at before it has ended', async () => {
  let finish: () => void = () => undefined;
  let isUpkept = false;
  const upkeep = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    isUpkept = true;
  };
  // The upkeep ends when somebody has looked: if nobody does, this test does not end.
  await unchangedPass(10, 1, upkeep, () => {
    expect(isUpkept).toBe(false);
    finish();
  });
  expect(isUpkept).toBe(true);
});

test.each([
  ['a small index is kept whole', 50, 1, true],
  ['a large one waits until it is worth while', 100_000, 900, false],
  ['and not for ever', 100_000, 1001, true],
  ['what is covered needs nothing', 100_000, 0, false],
])('after a look at everything %s', async (_, chunks, unindexed, isDue) => {
  let upkept = 0;
  await unchangedPass(
    chunks,
    unindexed,
    () => Promise.resolve(void upkept++),
    () => undefined,
  );
  expect(upkept > 0).toBe(isDue);
});

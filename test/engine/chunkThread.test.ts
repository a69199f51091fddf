import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { createChunkThread } from '../../src/engine/chunkThread.ts';
import type { WorkerConnection } from '../../src/engine/worker.ts';
import type { FileBatch, FileDraft } from '../../src/engine/workerProtocol.ts';
import { makeFolder } from './cli.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Stands before the real chunk thread and ends it when it is about to read a file named so. */
const KILLER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const open = fs.openSync;
fs.openSync = (path, ...rest) => (String(path).includes('poison') ? process.exit(3) : open(path, ...rest));
syncBuiltinESMExports();
`;

let home = '';
let starts = 0;

beforeAll(async () => {
  await mkdir(join(ROOT, 'dist-test'), { recursive: true });
  home = await mkdtemp(join(ROOT, 'dist-test', 'chunk-thread-'));
  await writeFile(join(home, 'killer.mjs'), KILLER);
  await writeFile(join(home, 'chunkWorker.mjs'), `import './killer.mjs';\nimport '${join(ROOT, 'dist/chunkWorker.mjs')}';\n`);
});

afterAll(() => rm(home, { recursive: true, force: true }));

function start(): WorkerConnection {
  starts++;
  const worker = new Worker(join(home, 'chunkWorker.mjs'), { workerData: { mediaDir: join(ROOT, 'dist/media') } });
  const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
  const gone = new Promise<string>((resolve) => worker.once('exit', (code) => resolve(`ended with exit code ${code}`)));
  void gone.then(() => connection.dispose());
  connection.listen();
  worker.unref();
  return { connection, gone };
}

function batchOf(folder: string, paths: readonly string[], urgent = false): FileBatch {
  const files = paths.map((path) => ({ path, knownHash: '', knownSkip: '' }) as const);
  return { folder, files, maxFileBytes: 1_000_000, journal: '', urgent };
}

function states(drafts: readonly FileDraft[]): readonly string[] {
  return drafts.map((draft) => `${draft.path} ${draft.state}${draft.state === 'failed' ? `: ${draft.error}` : ''}`);
}

it('finds the file that ends the thread, whichever batch it is in, and chunks all others', async () => {
  const names = ['a.ts', 'b.ts', 'c.ts', 'poison.ts', 'd.ts', 'e.ts'];
  const { folder } = await makeFolder(Object.fromEntries(names.map((name) => [name, 'export const x = 1;\n'])));
  const { chunkFiles } = createChunkThread(start);
  starts = 0;

  const batches = [['a.ts', 'b.ts'], ['c.ts', 'poison.ts'], ['d.ts'], ['e.ts']];
  const drafts = await Promise.all(batches.map((paths) => chunkFiles(batchOf(folder, paths))));

  expect(drafts.map(states)).toEqual([
    ['a.ts indexed', 'b.ts indexed'],
    ['c.ts indexed', 'poison.ts failed: the parser stopped on this file (ended with exit code 3)'],
    ['d.ts indexed'],
    ['e.ts indexed'],
  ]);
  // Among others, alone, and for those after it.
  expect(starts).toBe(3);
});

it('chunks a file that was saved before the rest of a batch', async () => {
  const names = Array.from({ length: 60 }, (_, at) => `file${at}.ts`);
  const text = Array.from({ length: 300 }, (_, at) => `export function f${at}(): number {\n  return ${at};\n}\n`).join('');
  const { folder } = await makeFolder({
    ...Object.fromEntries(names.map((name) => [name, text])),
    'saved.ts': 'export const saved = 1;\n',
  });
  const { chunkFiles } = createChunkThread(start);
  await chunkFiles(batchOf(folder, ['saved.ts']));

  const order: string[] = [];
  const done = (what: string) => () => void order.push(what);
  await Promise.all([
    chunkFiles(batchOf(folder, names.slice(0, 30))).then(done('first')),
    chunkFiles(batchOf(folder, names.slice(30))).then(done('second')),
    chunkFiles(batchOf(folder, ['saved.ts'], true)).then(done('saved')),
  ]);

  expect(order).toEqual(['saved', 'first', 'second']);
});

import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './cli.ts';

/** The whole main job without a network: once with every way to open a socket refused, once where there is no network at all. */

const REPOSITORY = join(import.meta.dirname, '../..');
const DIST = join(REPOSITORY, 'dist');
const ENTRIES = ['engine.mjs', 'chunkWorker.mjs', 'embedWorker.mjs'];
const SOURCE = `/** Tries failed uploads again, a little later each time. */
export function retryFailedUploads(queue: string[]): number {
  return queue.length;
}
`;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr }),
    );
  });
}

/** Indexes, searches in each mode, answers a batch and lists files; each must work. */
async function mainJob(quarry: (args: readonly string[]) => Promise<Outcome>): Promise<void> {
  const { folder, indexDir } = await makeFolder({ 'src/upload.ts': SOURCE, 'README.md': '# Project\n\nUploads.\n' });
  const at = ['--index-dir', indexDir];
  expect(await quarry(['index', folder, ...at])).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 files read/) });
  for (const mode of ['hybrid', 'semantic', 'keyword']) {
    const { code, stdout } = await quarry(['search', folder, 'where are uploads retried', '--mode', mode, '--json', ...at]);
    expect(code, mode).toBe(0);
    expect(
      JSON.parse(stdout).results.map((row: { path: string }) => row.path),
      mode,
    ).toContain('src/upload.ts');
  }
  const queries = join(folder, '..', 'queries.jsonl');
  await writeFile(queries, '{"id": 1, "query": "retry uploads"}\n{"id": 2, "query": "project"}\n');
  const batch = await quarry(['batch', folder, '--queries', queries, ...at]);
  expect(batch.code).toBe(0);
  expect(
    batch.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).results.length),
  ).not.toContain(0);
  const status = await quarry(['status', folder, '--json', ...at]);
  expect(JSON.parse(status.stdout)).toMatchObject({ files: 2, semantic: true });
  const models = await quarry(['models', 'list', '--json', '--models-dir', join(folder, '..', 'models')]);
  expect(models.code).toBe(0);
}

/** A copy of the build whose processes and threads all load the file that forbids sockets before anything else. */
async function guardedBuild(): Promise<{ cli: string; forbid: string; log: string }> {
  const root = await mkdtemp(join(tmpdir(), 'quarry-guarded-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const forbid = join(import.meta.dirname, 'no-network.forbid.mjs');
  for (const name of await readdir(DIST)) {
    if (!name.endsWith('.mjs')) continue;
    const isEntry = ENTRIES.includes(name);
    await copyFile(join(DIST, name), join(root, isEntry ? `real-${name}` : name));
    if (isEntry) await writeFile(join(root, name), `import '${pathToFileURL(forbid).href}';\nawait import('./real-${name}');\n`);
  }
  await symlink(join(DIST, 'media'), join(root, 'media'));
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  return { cli: join(root, 'cli.mjs'), forbid, log: join(root, 'sockets.log') };
}

describe('with sockets forbidden', () => {
  test('indexing and searching work, and nothing tries to open one', async () => {
    const { cli, forbid, log } = await guardedBuild();
    await mainJob((args) => run(process.execPath, ['--import', pathToFileURL(forbid).href, cli, ...args], { QUARRY_TEST_SOCKETS: log }));
    const noted = (await readFile(log, 'utf8')).trim().split('\n');
    expect(new Set(noted)).toEqual(new Set(['process', 'thread']));
    // Seven commands with an engine each, and both threads of at least the first engine.
    expect(noted.filter((name) => name === 'process').length).toBeGreaterThanOrEqual(14);
    expect(noted.filter((name) => name === 'thread').length).toBeGreaterThanOrEqual(2);
  });

  test('a download tries, so the guard is real', async () => {
    const { cli, log } = await guardedBuild();
    const args = ['models', 'download', 'sentence-transformers/all-MiniLM-L6-v2', '--yes', '--mirror', 'http://127.0.0.1:9'];
    const { code } = await run(process.execPath, [cli, ...args, '--models-dir', join(log, '..', 'models')], { QUARRY_TEST_SOCKETS: log });
    expect(code).not.toBe(0);
    expect(await readFile(log, 'utf8')).toMatch(/http\.|Socket\.connect/);
  });
});

describe('without a network', () => {
  /** A way to run a command where there is no network interface that is up. */
  const prefix = [
    ['unshare', '-n'],
    ['unshare', '-r', '-n'],
  ].find(([command = '', ...args]) => spawnSync(command, [...args, 'true']).status === 0);

  test.skipIf(prefix === undefined)('indexing and searching work (needs unshare, which this system may forbid)', async () => {
    const [command = '', ...args] = prefix ?? [];
    await mainJob((own) => run(command, [...args, process.execPath, join(DIST, 'cli.mjs'), ...own], {}));
  });
});

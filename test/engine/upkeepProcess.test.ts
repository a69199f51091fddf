import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { CloseFolder, FilesChanged, GetStatus, OpenFolder, Pause, Resume, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { CleanUp } from '../../src/protocol/health.ts';
import { compareWithDisk, openIndex } from '../faults/compare.ts';
import { childrenOf } from '../runner/children.ts';
import { makeFolder } from './cli.ts';
import { modules } from './inProcess.ts';
import { killEngine } from './processes.ts';

/** An upkeep can be ended in the middle of a step, because that has a process of its own. */

const ROOT = join(import.meta.dirname, '../..');
const UPKEEP = 'upkeepProcess';
const FILES = 60;

/** Stops when it has got a job while there is a file named so: to whoever waits for it, it is in the middle of a step. */
const HOLDING = `
import fs from 'node:fs';
import './realUpkeepProcess.mjs';
process.on('message', () => {
  if (fs.existsSync(process.env.QUARRY_TEST_HOLD)) process.kill(process.pid, 'SIGSTOP');
});
`;

let home = '';
let hold = '';
let holding = '';

beforeAll(async () => {
  await mkdir(join(ROOT, 'dist-test'), { recursive: true });
  // Inside the clone, so that the native module is found from there.
  home = await mkdtemp(join(ROOT, 'dist-test', 'upkeep-'));
  hold = join(home, 'hold');
  process.env.QUARRY_TEST_HOLD = hold;
  holding = await distWith(HOLDING);
});

afterAll(() => rm(home, { recursive: true, force: true }));

/** A copy of what is built, with this in place of the upkeep process. */
async function distWith(upkeepProcess: string): Promise<string> {
  const dist = await mkdtemp(join(home, 'dist-'));
  for (const name of (await readdir(join(ROOT, 'dist'))).filter((file) => file.endsWith('.mjs'))) {
    await cp(join(ROOT, 'dist', name), join(dist, name));
  }
  await rename(join(dist, `${UPKEEP}.mjs`), join(dist, 'realUpkeepProcess.mjs'));
  await writeFile(join(dist, `${UPKEEP}.mjs`), upkeepProcess);
  return dist;
}

interface Scene {
  readonly client: EngineClient;
  readonly folder: string;
  readonly indexDir: string;
  readonly log: readonly string[];
  /** Compares the index with the disk, and looks whether all its rows are in its indexes. */
  intact(): Promise<void>;
}

/** An engine that has indexed a folder, whose upkeep has a process of its own although that folder is small. */
async function indexed(dist = holding): Promise<Scene> {
  const files = modules(FILES);
  const { folder, indexDir } = await makeFolder(files);
  const client = startEngine({
    module: join(dist, 'engine.mjs'),
    options: { mediaDir: join(ROOT, 'dist/media'), keywordOnly: false, upkeepProcessAbove: 20 },
    priority: 7,
  });
  onTestFinished(() => client.stop());
  const log: string[] = [];
  client.onLog(({ level, message }) => log.push(`${level}: ${message}`));
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  await client.request(WaitForIndex, { folder });
  const intact = async (): Promise<void> => {
    await client.request(WaitForIndex, { folder });
    await compareWithDisk(folder, indexDir, Object.keys(files).sort());
    expect(await uncoveredRows(indexDir)).toBe(0);
  };
  return { client, folder, indexDir, log, intact };
}

async function uncoveredRows(indexDir: string): Promise<number> {
  const store = await openIndex(indexDir);
  try {
    return await store.unindexedRows();
  } finally {
    await store.close();
  }
}

/** Begins an upkeep and settles when its process has a job that it will never end by itself. */
async function heldUpkeep({ client }: Scene): Promise<{ readonly pid: number; readonly cleaned: Promise<readonly string[]> }> {
  await writeFile(hold, '');
  const cleaned = client.request(CleanUp, { roots: [] }).then(({ notes }) => notes);
  // What becomes of it is looked at later, if at all.
  cleaned.catch(() => undefined);
  return { pid: await heldProcess(client), cleaned };
}

/** The process that has stopped; those after it will not. */
async function heldProcess(client: EngineClient): Promise<number> {
  const isStopped = async (pid: number): Promise<boolean> => /\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  const pid = await vi.waitFor(
    async () => {
      for (const child of await childrenOf(client.pid(), UPKEEP)) if (await isStopped(child)) return child;
      throw new Error('no process has stopped yet');
    },
    { timeout: 120_000, interval: 10 },
  );
  await rm(hold);
  return pid;
}

async function untilGone(pid: number): Promise<void> {
  const isThere = (): Promise<boolean> =>
    readdir(`/proc/${pid}/task`).then(
      (tasks) => tasks.length > 0,
      () => false,
    );
  while (await isThere()) await sleep(10);
}

// Which processes there are is told by Linux alone.
test.skipIf(process.platform !== 'linux')('a pause ends a step that would never end, and resuming does it again', async () => {
  const scene = await indexed();
  const { client, folder, intact } = scene;
  const { pid, cleaned } = await heldUpkeep(scene);
  expect(getPriority(pid)).toBe(7);
  await client.request(Pause, { folder });
  await untilGone(pid);
  expect(await client.request(GetStatus, { folder })).toMatchObject({ phase: 'paused', message: '' });
  expect(await cleaned).toEqual([expect.stringMatching(/could not be cleaned up: The upkeep of the index was interrupted/)]);
  const { hits } = await client.request(Search, { query: 'handleCase7', mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
  expect(hits[0]?.symbol).toBe('handleCase7');
  await client.request(Resume, { folder });
  expect((await client.request(CleanUp, { roots: [] })).notes).toEqual([]);
  await intact();
});

test.skipIf(process.platform !== 'linux')('the upkeep after a pass, ended by a pause, is done when work goes on', async () => {
  const { client, folder, indexDir } = await indexed();
  for (let at = 0; at < FILES; at++) {
    await writeFile(join(folder, `late${at}.ts`), `/** Late. */\nexport function late${at}() {\n  return ${at};\n}\n`);
  }
  await writeFile(hold, '');
  await client.request(FilesChanged, { folder, paths: [] });
  const pid = await heldProcess(client);
  await client.request(Pause, { folder });
  await untilGone(pid);
  expect(await uncoveredRows(indexDir)).toBeGreaterThan(0);
  await client.request(Resume, { folder });
  await client.request(WaitForIndex, { folder });
  expect(await uncoveredRows(indexDir)).toBe(0);
});

test.skipIf(process.platform !== 'linux')('closing a folder ends its upkeep', async () => {
  const scene = await indexed();
  const { pid } = await heldUpkeep(scene);
  await scene.client.request(CloseFolder, { folder: scene.folder });
  await untilGone(pid);
});

test.skipIf(process.platform !== 'linux')('an upkeep process that is killed is not the end of its engine', async () => {
  const scene = await indexed();
  const { client, intact } = scene;
  const engine = client.pid();
  const { pid, cleaned } = await heldUpkeep(scene);
  process.kill(pid, 'SIGKILL');
  expect(await cleaned).toEqual([expect.stringMatching(/could not be cleaned up: The process that works on the index was killed/)]);
  expect((await client.request(CleanUp, { roots: [] })).notes).toEqual([]);
  await intact();
  expect(client.pid()).toBe(engine);
});

test.skipIf(process.platform !== 'linux')('whoever takes the index of a killed engine over writes alone', async () => {
  const scene = await indexed();
  const { pid, cleaned } = await heldUpkeep(scene);
  // Stopped, it cannot notice that its engine is gone.
  killEngine(scene.client);
  // The one that takes over is asked again.
  expect(await cleaned).toEqual([]);
  await untilGone(pid);
  await scene.intact();
});

test('where the process dies each time, all is indexed and found, and the log says it', async () => {
  const dist = await distWith('process.exit(9);\n');
  const { client, folder, log } = await indexed(dist);
  const { status } = await client.request(WaitForIndex, { folder });
  expect(status).toMatchObject({ phase: 'ready', files: FILES, failed: 0 });
  expect(log.filter((line) => /warn: .*ended with exit code 9 twice: searches are slower/.test(line))).toHaveLength(1);
  const { hits } = await client.request(Search, { query: 'handleCase7', mode: 'hybrid', limit: 3, rows: 'symbol', filters: {} });
  expect(hits[0]?.symbol).toBe('handleCase7');
});

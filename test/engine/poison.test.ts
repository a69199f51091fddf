import { statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { FilesChanged, GetStatus, ListFiles, OpenFolder, Rebuild, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { RetryFiles } from '../../src/protocol/health.ts';
import { makeFolder } from './cli.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Stands before the real chunk thread and kills the whole process as soon as that one says that it parses a file named so. */
const KILLER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const write = fs.writeSync;
fs.writeSync = (handle, text, ...rest) => {
  const written = write(handle, text, ...rest);
  if (typeof text === 'string' && text.includes('hungry')) {
    const held = [];
    for (;;) held.push(new Array(100_000).fill(held.length + 0.5));
  }
  // Until the engine's own thread has taken all memory, see below.
  if (typeof text === 'string' && text.includes('glutton')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (typeof text === 'string' && text.includes('poison')) {
    fs.appendFileSync(process.env.QUARRY_TEST_DEATHS, 'x');
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  }
  return written;
};
syncBuiltinESMExports();
`;

/** Stands before the real engine and takes all of V8's memory on the engine's own thread while such a file is parsed. */
const GLUTTON = `
import fs from 'node:fs';
setInterval(() => {
  const { QUARRY_TEST_JOURNAL: journal, QUARRY_TEST_DEATHS: deaths } = process.env;
  const text = fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8') : '';
  if (!text.includes('glutton') || !text.includes(String(process.pid))) return;
  fs.appendFileSync(deaths, 'x');
  const held = [];
  for (;;) held.push(new Array(100_000).fill(held.length + 0.5));
}, 10);
`;

/**
 * Stands before the real engine and takes all of V8's memory when files are embedded or written. A `stew` does so whenever it is in work, a `broth` when
 * it is written: the second time that it is named, if it is embedded alone.
 */
const GREEDY = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const write = fs.writeFileSync;
let broths = 0;
fs.writeFileSync = (path, text, ...rest) => {
  write(path, text, ...rest);
  if (!String(path).endsWith('in-batch.json')) return;
  const { paths } = JSON.parse(text);
  const named = (name) => paths.some((one) => one.includes(name));
  if (named('broth')) broths++;
  if (!named('stew') && !(named('broth') && (paths.length > 1 || broths > 1))) return;
  fs.appendFileSync(process.env.QUARRY_TEST_DEATHS, 'x');
  const held = [];
  for (;;) held.push(new Array(100_000).fill(held.length + 0.5));
};
syncBuiltinESMExports();
`;

let dist = '';
const clients: EngineClient[] = [];

beforeAll(async () => {
  await mkdir(join(ROOT, 'dist-test'), { recursive: true });
  // Inside the clone, so that the native module is found from there.
  dist = await mkdtemp(join(ROOT, 'dist-test', 'poison-'));
  for (const name of (await readdir(join(ROOT, 'dist'))).filter((file) => file.endsWith('.mjs'))) {
    await cp(join(ROOT, 'dist', name), join(dist, name));
  }
  await rename(join(dist, 'chunkWorker.mjs'), join(dist, 'realChunkWorker.mjs'));
  await writeFile(join(dist, 'killer.mjs'), KILLER);
  await writeFile(join(dist, 'glutton.mjs'), GLUTTON);
  await writeFile(join(dist, 'gluttonEngine.mjs'), "import './glutton.mjs';\nimport './engine.mjs';\n");
  await writeFile(join(dist, 'greedy.mjs'), GREEDY);
  await writeFile(join(dist, 'greedyEngine.mjs'), "import './greedy.mjs';\nimport './engine.mjs';\n");
  await writeFile(join(dist, 'smallNode'), `#!/bin/sh\nexec "${process.execPath}" --max-old-space-size=150 "$@"\n`, { mode: 0o755 });
  await writeFile(join(dist, 'chunkWorker.mjs'), "import './killer.mjs';\nimport './realChunkWorker.mjs';\n");
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

afterAll(() => rm(dist, { recursive: true, force: true }));

const many = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [`src/part${at}.ts`, `export function part${at}() {\n  return ${at};\n}\n`]),
);

/** Settles when a file is left out. A call is rejected that meets the first death and, asked again, the second. */
async function untilLeftOut(client: EngineClient, folder: string): Promise<void> {
  const failed = () =>
    client.request(GetStatus, { folder }).then(
      (status) => status.failed,
      () => 0,
    );
  while ((await failed()) === 0) await client.request(WaitForIndex, { folder }).catch(() => undefined);
}

/** An engine over many files and one that it dies of, opened; `program` is the file in `dist`. Beside the engine itself, programs run with little memory. */
async function startOver(name: string, text: string, program: 'engine' | 'gluttonEngine' | 'greedyEngine') {
  const { folder, indexDir } = await makeFolder({ ...many, [`src/${name}.ts`]: text });
  const deaths = join(indexDir, '..', 'deaths');
  await writeFile(deaths, '');
  Object.assign(process.env, { QUARRY_TEST_DEATHS: deaths, QUARRY_TEST_JOURNAL: join(indexDir, 'in-progress.json') });
  const client = startEngine({
    module: join(dist, `${program}.mjs`),
    ...(program === 'engine' ? {} : { execPath: join(dist, 'smallNode') }),
    options: { mediaDir: join(ROOT, 'dist/media'), keywordOnly: false },
  });
  clients.push(client);
  const log: string[] = [];
  client.onLog(({ message }) => log.push(message));
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  return { client, folder, log, died: () => statSync(deaths).size };
}

it('a file that kills the engine is left out after one restart, by name, and all else is indexed', async () => {
  const { client, folder, log, died } = await startOver('poison', 'export const deadly = 1;\n', 'engine');
  const failures = async () => (await client.request(ListFiles, { folder })).failed;
  await untilLeftOut(client, folder);
  const { status } = await client.request(WaitForIndex, { folder });
  expect({ files: status.files, failed: status.failed, deaths: died() }).toEqual({ files: 40, failed: 1, deaths: 2 });
  expect(await failures()).toEqual([{ path: 'src/poison.ts', message: expect.stringContaining('the engine ended'), attempts: 3 }]);
  expect(log.filter((line) => line.includes('src/poison.ts: the file is left out'))).toHaveLength(1);
  expect(client.state().state).toBe('ready');

  // Neither looking at everything, nor another engine, nor a rebuild tries it again.
  await client.request(FilesChanged, { folder, paths: [] });
  await client.request(Rebuild, { folder });
  await client.request(WaitForIndex, { folder });
  await client.restart();
  await client.request(WaitForIndex, { folder });
  expect({ deaths: died(), failed: (await failures()).length }).toEqual({ deaths: 2, failed: 1 });

  // A person may ask for it; once more it is all.
  await client.request(RetryFiles, { folder, paths: ['src/poison.ts'] });
  while (died() < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  await client.request(WaitForIndex, { folder });
  expect({ deaths: died(), failed: (await failures()).length }).toEqual({ deaths: 3, failed: 1 });

  await rename(join(folder, 'src/poison.ts'), join(folder, 'src/cured.ts'));
  await client.request(FilesChanged, { folder, paths: ['src/poison.ts', 'src/cured.ts'] });
  await client.request(WaitForIndex, { folder });
  expect(await failures()).toEqual([]);
  const { hits } = await client.request(Search, { query: 'deadly', mode: 'keyword', limit: 3, rows: 'symbol', filters: {} });
  expect(hits[0]?.path).toBe('src/cured.ts');
});

it('a file that takes all memory of the parser is left out by name, in the same process, and all else is indexed', async () => {
  const { client, folder } = await startOver('hungry', 'export const endless = 1;\n', 'engine');
  const pid = client.pid();
  const { status } = await client.request(WaitForIndex, { folder });
  expect({ files: status.files, failed: status.failed, pid: client.pid() }).toEqual({ files: 40, failed: 1, pid });
  const { failed } = await client.request(ListFiles, { folder });
  expect(failed).toEqual([
    { path: 'src/hungry.ts', message: expect.stringMatching(/the parser stopped on this file .*memory/), attempts: expect.any(Number) },
  ]);
});

// A script in place of Node is no program to Windows.
it.skipIf(process.platform === 'win32')('an engine that V8 ends for want of memory is back, and the file is left out by name', async () => {
  const { client, folder, log, died } = await startOver('glutton', 'export const more = 1;\n', 'gluttonEngine');
  await untilLeftOut(client, folder);
  const { status } = await client.request(WaitForIndex, { folder });
  expect({ files: status.files, failed: status.failed, deaths: died() }).toEqual({ files: 40, failed: 1, deaths: 2 });
  expect(log.filter((line) => line.includes('src/glutton.ts: the file is left out'))).toHaveLength(1);
  // The log has V8's own words, and how the process ended.
  expect(log.join('\n')).toMatch(/heap out of memory|heap limit/);
  expect(log.filter((line) => /^The engine (was killed by SIGABRT|ended with exit code)/.test(line))).toHaveLength(2);
  expect(client.state().state).toBe('ready');
});

it.skipIf(process.platform === 'win32').each([
  ['while it embeds a file', 'stew', 2],
  // Found among all that was in work, among those that are written together, and alone.
  ['while it writes a file', 'broth', 3],
])('an engine that V8 ends for want of memory %s is back, and the file is left out by name', async (_, name, expected) => {
  const { client, folder, log, died } = await startOver(name, 'export const more = 1;\n', 'greedyEngine');
  await untilLeftOut(client, folder);
  const { status } = await client.request(WaitForIndex, { folder });
  expect({ files: status.files, failed: status.failed, deaths: died() }).toEqual({ files: 40, failed: 1, deaths: expected });
  expect((await client.request(ListFiles, { folder })).failed.map(({ path }) => path)).toEqual([`src/${name}.ts`]);
  expect(log.filter((line) => line.includes(`src/${name}.ts: the file is left out`))).toHaveLength(1);
  // Neither looking at everything nor another engine tries it again.
  await client.request(FilesChanged, { folder, paths: [] });
  await client.request(WaitForIndex, { folder });
  await client.restart();
  expect((await client.request(WaitForIndex, { folder })).status).toMatchObject({ phase: 'ready', files: 40, failed: 1 });
  expect(died()).toBe(expected);
});

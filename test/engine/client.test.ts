import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import {
  type EngineClient,
  type EngineClientOptions,
  EngineGoneError,
  type EngineState,
  RequestCancelledError,
  startEngine,
} from '../../src/client/engineClient.ts';
import { CloseFolder, GetStatus, type IndexStatus, OpenFolder, Pause, Rebuild, Search } from '../../src/protocol/engine.ts';
import type { SearchRequest, SearchResponse } from '../../src/protocol/search.ts';
import { killEngine } from './processes.ts';

const MODULE = join(import.meta.dirname, '../fixtures/engine/engine.mjs');

afterEach(() => vi.unstubAllEnvs());

interface Entry {
  readonly pid: number;
  readonly call: string;
  readonly params?: { readonly folder: string; readonly paused: boolean };
  readonly options?: { readonly keywordOnly: boolean };
}

/** What the fixture answers beside the hits. */
type Answer = SearchResponse & { readonly keywordOnly: boolean; readonly folders: readonly string[]; readonly env: NodeJS.ProcessEnv };

function start(options: Partial<EngineClientOptions> = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'quarry-client-'));
  const logFile = join(scratch, 'calls.jsonl');
  vi.stubEnv('QUARRY_TEST_LOG', logFile);
  const states: EngineState[] = [];
  const client = startEngine({ module: MODULE, options: { mediaDir: '/media', keywordOnly: false }, ...options });
  client.onState(({ state }) => states.push(state));
  onTestFinished(async () => {
    await client.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  // What is being written at this moment has no end of line yet.
  const calls = (): Entry[] =>
    (existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(0, -1) : []).map((line) => JSON.parse(line) as Entry);
  return { client, states, scratch, calls };
}

function ask(query: string): SearchRequest {
  return { query, mode: 'hybrid', limit: 10, rows: 'symbol', filters: {} };
}

const search = async (client: EngineClient, query: string) => (await client.request(Search, ask(query))) as Answer;

function openParams(folder: string) {
  return { folder, indexDir: '/index', files: { include: [], exclude: [], maxFileBytes: 1 }, paused: false, index: true };
}

/** Settles when the engine has logged such a call, or the client tells such a state. */
async function until(check: () => boolean): Promise<void> {
  await vi.waitUntil(check, { timeout: 120_000, interval: 20 });
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const CRASHES = ['kill', 'exit', 'throw', 'disconnect'];

describe('calls', () => {
  test('that meet a fault of the engine are refused with the sentence alone', async () => {
    const { client } = start();
    await expect(client.request(Search, ask('fault'))).rejects.toMatchObject({ message: 'Something unexpected.' });
  });

  test("are answered, with typed arrays, notifications and the engine's own errors", async () => {
    const { client, states } = start();
    const statuses: IndexStatus[] = [];
    client.onStatus((status) => statuses.push(status));
    expect(await client.request(OpenFolder, openParams('/a'))).toMatchObject({ folder: '/a', phase: 'ready' });
    expect(statuses).toMatchObject([{ folder: '/a' }]);
    expect(await client.request(Search, ask('vector'))).toEqual({ vector: new Float32Array([1, 2.5]) });
    await expect(client.request(Search, ask('bad'))).rejects.toMatchObject({ code: 6, message: 'The question is empty.' });
    expect(await client.info()).toMatchObject({ pid: client.pid(), version: 'test' });
    expect(states).toEqual(['ready']);
  });

  test('what the engine prints is logged by lines', async () => {
    const { client } = start();
    const lines: string[] = [];
    client.onLog(({ level, message }) => lines.push(`${level}: ${message}`));
    await search(client, 'print');
    await until(() => lines.includes('warn: a line of the engine'));
  });

  test('the environment of the editor stays out, and the process is given less priority', async () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=99');
    vi.stubEnv('VSCODE_PID', '1');
    vi.stubEnv('ELECTRON_NO_ASAR', '1');
    vi.stubEnv('QUARRY_KEPT', 'yes');
    // Another one than the tests have themselves, which a process would inherit.
    const priority = Math.min(19, getPriority() + 5);
    const { client, scratch } = start({ priority, compileCache: join(tmpdir(), 'quarry-cc') });
    const { env } = await search(client, 'x');
    expect(env).toMatchObject({ QUARRY_KEPT: 'yes', NODE_COMPILE_CACHE: join(tmpdir(), 'quarry-cc') });
    expect(Object.keys(env).filter((name) => /^(NODE_OPTIONS|VSCODE_|ELECTRON_)/.test(name))).toEqual([]);
    expect(getPriority(client.pid())).toBe(priority);
    expect(existsSync(scratch)).toBe(true);
  });
});

describe('cancellation', () => {
  test('settles the call at once, and the engine hears of it', async () => {
    const { client, calls } = start();
    const source = new CancellationTokenSource();
    const pending = client.request(Search, ask('wait'), source.token);
    await until(() => calls().some(({ call }) => call === 'search'));
    source.cancel();
    await expect(pending).rejects.toBeInstanceOf(RequestCancelledError);
    await until(() => calls().some(({ call }) => call === 'cancelled'));
    expect(await search(client, 'next')).toHaveProperty('hits');
  });

  test('settles calls to a blocked engine, calls that wait for a start, and calls that come cancelled', async () => {
    const { client, calls } = start();
    const source = new CancellationTokenSource();
    const pending = client.request(Search, ask('block'), source.token);
    await until(() => calls().some(({ call }) => call === 'blocked'));
    source.cancel();
    await expect(pending).rejects.toBeInstanceOf(RequestCancelledError);
    await expect(client.request(Search, ask('x'), source.token)).rejects.toBeInstanceOf(RequestCancelledError);
    vi.stubEnv('QUARRY_TEST_SILENT', '1');
    const { client: silent } = start();
    const other = new CancellationTokenSource();
    const waiting = silent.request(Search, ask('x'), other.token);
    other.cancel();
    await expect(waiting).rejects.toBeInstanceOf(RequestCancelledError);
  });
});

describe('a crash', () => {
  test.each(CRASHES)('%s: calls that change nothing are asked again, the others settle with a named error', async (how) => {
    const { client, states } = start();
    await client.request(OpenFolder, openParams('/a'));
    const first = client.pid();
    const pending = search(client, how);
    await expect(pending).rejects.toBeInstanceOf(EngineGoneError);
    // The question was asked twice, and the second engine died of it as well.
    expect(await search(client, 'x')).toMatchObject({ folders: ['/a'] });
    expect(client.pid()).not.toBe(first);
    expect(states).toContain('restarting');
  });

  test('every call that waits settles, and a repeated question gets its answer', async () => {
    const { client, scratch, calls } = start();
    await client.request(OpenFolder, openParams('/a'));
    const waiting = client.request(GetStatus, { folder: '/a' });
    const answers = await Promise.all([search(client, `kill-once ${join(scratch, 'once')}`), search(client, 'x'), waiting]);
    expect(answers[0]).toMatchObject({ folders: ['/a'] });
    expect(answers[2]).toMatchObject({ folder: '/a' });
    expect(new Set(calls().map(({ pid }) => pid)).size).toBe(2);
    await expect(client.request(Rebuild, { folder: '/a' })).rejects.toThrow('The engine was killed by SIGKILL before it had answered.');
  });

  test('from outside: folders are opened again as they were, closed ones are not', async () => {
    const { client, calls, states } = start();
    await client.request(OpenFolder, openParams('/a'));
    await client.request(OpenFolder, openParams('/b'));
    await client.request(OpenFolder, openParams('/c'));
    await expect(client.request(OpenFolder, openParams('/refused'))).rejects.toMatchObject({ code: 1 });
    // What cannot be opened in another way is closed, and does not come back as it was.
    await client.request(OpenFolder, openParams('/d'));
    await expect(client.request(OpenFolder, { ...openParams('/d'), indexDir: '/refused' })).rejects.toMatchObject({ code: 1 });
    await client.request(CloseFolder, { folder: '/b' });
    await client.request(Pause, { folder: '/c' });
    killEngine(client);
    await until(() => states.includes('restarting'));
    expect(await search(client, 'x')).toMatchObject({ folders: ['/a', '/c'], keywordOnly: false });
    const reopened = calls().filter(({ call, pid }) => call === 'open' && pid === client.pid());
    expect(reopened.map(({ params }) => [params?.folder, params?.paused])).toEqual([
      ['/a', false],
      ['/c', true],
    ]);
  });

  test('three in five minutes lead to safe mode with the reason, three more to giving up, and a restart out of it', async () => {
    const { client, states, scratch } = start();
    const dieAtStart = join(scratch, 'die');
    vi.stubEnv('QUARRY_TEST_CRASH_AT_START', dieAtStart);
    await client.request(OpenFolder, openParams('/a'));
    for (let crash = 1; crash <= 3; crash++) {
      const before = await client.info();
      process.kill(before.pid, 'SIGKILL');
      await until(() => client.pid() !== before.pid && ['ready', 'safe-mode'].includes(client.state().state));
    }
    expect(client.state()).toEqual({
      state: 'safe-mode',
      message: 'Only keyword search works, as the engine ended 3 times in 5 minutes; the last one was killed by SIGKILL.',
    });
    expect(await search(client, 'x')).toMatchObject({ keywordOnly: true, folders: ['/a'] });
    writeFileSync(dieAtStart, '');
    killEngine(client);
    await until(() => client.state().state === 'failed');
    await expect(search(client, 'x')).rejects.toThrow('The engine ended 3 more times in safe mode; the last one ended with exit code 3.');
    expect(states.filter((state) => state === 'restarting')).toHaveLength(5);
    rmSync(dieAtStart);
    await client.restart();
    expect(client.state()).toEqual({ state: 'ready', message: '' });
    expect(await search(client, 'x')).toMatchObject({ keywordOnly: false, folders: ['/a'] });
  });

  test('safe mode ends by itself when nothing happens in it', async () => {
    const { client, states } = start({ againMs: 500 });
    await client.request(OpenFolder, openParams('/a'));
    for (let crash = 1; crash <= 3; crash++) {
      const before = await client.info();
      process.kill(before.pid, 'SIGKILL');
      await until(() => client.pid() !== before.pid && ['ready', 'safe-mode'].includes(client.state().state));
    }
    await until(() => client.state().state === 'ready');
    expect(states).toContain('safe-mode');
    expect(await search(client, 'x')).toMatchObject({ keywordOnly: false, folders: ['/a'] });
  });

  test('an engine that was given up is tried again after a while, out of safe mode and with its folders', async () => {
    const { client, scratch } = start({ againMs: 500 });
    const dieAtStart = join(scratch, 'die');
    vi.stubEnv('QUARRY_TEST_CRASH_AT_START', dieAtStart);
    await client.request(OpenFolder, openParams('/a'));
    writeFileSync(dieAtStart, '');
    killEngine(client);
    await until(() => client.state().state === 'failed');
    rmSync(dieAtStart);
    await until(() => client.state().state === 'ready');
    expect(await search(client, 'x')).toMatchObject({ keywordOnly: false, folders: ['/a'] });
  });

  test('a program that cannot be started fails with a sentence', async () => {
    const { client } = start({ execPath: '/nowhere/node' });
    await expect(search(client, 'x')).rejects.toThrow(/^The engine ended 3 more times in safe mode; the last one could not be started/);
    expect(client.state().state).toBe('failed');
  });

  test('an engine that never answers its first call is replaced', async () => {
    vi.stubEnv('QUARRY_TEST_SILENT', '1');
    const { client, states } = start({ startTimeoutMs: 5000 });
    const silent = client.pid();
    // The others are not silent; on a slow machine one of them may well be replaced, too.
    vi.stubEnv('QUARRY_TEST_SILENT', undefined);
    expect((await client.info()).pid).not.toBe(silent);
    expect(states[0]).toBe('restarting');
  });
});

describe('stop and restart', () => {
  test.each(['wait', 'block'])('stop settles a call that waits (%s) and leaves no process', async (how) => {
    const { client, calls, states } = start();
    const pending = search(client, how).catch((error: unknown) => error);
    await until(() => calls().some(({ call }) => call === (how === 'block' ? 'blocked' : 'search')));
    const pid = client.pid();
    await client.stop();
    expect(await pending).toBeInstanceOf(EngineGoneError);
    expect(isAlive(pid)).toBe(false);
    expect(states.at(-1)).toBe('stopped');
    await expect(search(client, 'x')).rejects.toThrow('The engine was stopped.');
  });

  test('stop at once, and between two starts, ends everything', async () => {
    const { client } = start();
    const pid = client.pid();
    await client.stop();
    await client.stop();
    expect(isAlive(pid)).toBe(false);
    const { client: other, states } = start();
    await other.info();
    killEngine(other);
    await until(() => states.includes('restarting'));
    const waiting = search(other, 'x').catch((error: unknown) => error);
    await other.stop();
    expect(await waiting).toMatchObject({ name: 'EngineGoneError', message: 'The engine was stopped.' });
  });

  test('restart takes another process, keeps the folders and counts as no crash', async () => {
    const { client, states } = start();
    await client.request(OpenFolder, openParams('/a'));
    const pids = new Set([client.pid()]);
    for (let round = 0; round < 4; round++) {
      await client.restart();
      pids.add(client.pid());
    }
    expect(pids.size).toBe(5);
    expect(states).not.toContain('safe-mode');
    expect(await search(client, 'x')).toMatchObject({ keywordOnly: false, folders: ['/a'] });
  });
});

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { ENDPOINT_DEFAULTS, type EndpointOptions } from '../../src/protocol/endpoints.ts';
import { GetStatus, OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { ConfigureModels } from '../../src/protocol/models.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';
import { type Behaviour, sendJson, serveModel } from '../network/modelServer.ts';
import { makeFolder, quarry } from './cli.ts';

/** The built engine and command line with a model server on this machine as the embedder. */

const DIST = join(import.meta.dirname, '../../dist');
const KEY = 'sk-very-secret';
const FILES = {
  'src/upload.ts': '/** Tries failed uploads again, a little later each time. */\nexport function retryFailedUploads() {\n  return 1;\n}\n',
  'src/colour.ts': '/** Mixes two colours of paint. */\nexport function mixColours() {\n  return 2;\n}\n',
};

interface Opened {
  readonly client: EngineClient;
  readonly folder: string;
  readonly indexDir: string;
  readonly logs: string[];
  ask(query: string): Promise<SearchResponse>;
}

interface Place {
  readonly folder: string;
  readonly indexDir: string;
  readonly models: string;
}

async function newPlace(files: Readonly<Record<string, string>> = FILES): Promise<Place> {
  const made = await makeFolder(files);
  const root = join(made.folder, '..');
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return { ...made, models: join(root, 'models') };
}

async function openFolder(place: Place, url: string, options: Partial<EndpointOptions> = {}): Promise<Opened> {
  const { folder, indexDir, models } = place;
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: {
      mediaDir: join(DIST, 'media'),
      keywordOnly: false,
      models: { dir: models, offline: false, mirror: '' },
      endpoint: { ...ENDPOINT_DEFAULTS, api: 'openai', url, model: 'test-embedder', key: KEY, required: false, ...options },
    },
  });
  onTestFinished(() => client.stop());
  const logs: string[] = [];
  client.onLog(({ message }) => logs.push(message));
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  const ask = (query: string) => client.request(Search, { query, mode: 'hybrid', limit: 10, rows: 'symbol', filters: {} });
  return { client, folder, indexDir, logs, ask };
}

const embedderOf = async ({ client, folder }: Opened) => (await client.request(GetStatus, { folder })).embedder;

describe('a model server as the embedder', () => {
  test('embeds what is indexed and asked, and the status says where code goes', async () => {
    const server = await serveModel();
    const opened = await openFolder(await newPlace(), server.url);
    const { status } = await opened.client.request(WaitForIndex, { folder: opened.folder });
    expect(status).toMatchObject({ files: 2, semantic: true });
    expect(status.embedder).toMatchObject({
      id: 'test-embedder',
      device: server.host,
      dtype: 'server',
      reason: `Code is sent to a server on this machine (${server.host}).`,
    });
    const { hits, mode, notes } = await opened.ask('paint');
    expect(hits[0]?.path).toBe('src/colour.ts');
    expect(hits[0]?.why.map(({ signal }) => signal)).toContain('vector');
    expect({ mode, notes }).toEqual({ mode: 'hybrid', notes: [] });
    expect(new Set(server.asked.map(({ key }) => key))).toEqual(new Set([`Bearer ${KEY}`]));
  });

  test('a start needs no connection, and while the server is away words answer with the reason', async () => {
    let away = false;
    const behave: Behaviour = (_, response) => away && sendJson(response, 503, { error: 'loading' });
    const server = await serveModel(behave);
    const place = await newPlace();
    const first = await openFolder(place, server.url);
    await first.client.request(WaitForIndex, { folder: place.folder });
    await first.client.stop();
    const before = server.asked.length;
    away = true;
    const second = await openFolder(place, server.url);
    expect((await second.client.request(WaitForIndex, { folder: place.folder })).indexedFiles).toBe(0);
    expect(server.asked.length).toBe(before);
    const answer = await second.ask('where are failed uploads retried');
    expect(answer.hits[0]?.path).toBe('src/upload.ts');
    expect(answer).toMatchObject({ mode: 'keyword', notes: [`By keywords only: ${server.host} answered with an error (503): loading.`] });
    expect((await embedderOf(second)).reason).toContain('The last request failed');
    const asked = server.asked.length;
    await second.ask('where are colours mixed');
    expect(server.asked.length, 'the next question does not wait for the server').toBe(asked);
  });

  test('indexing that loses its server goes on when the server is back, and nothing is lost', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`src/f${at}.ts`, `export function part${at}() {\n  return ${at};\n}\n`]),
    );
    let away = true;
    const server = await serveModel(
      ({ texts }, response) => away && texts.some((text) => text.includes('part40')) && sendJson(response, 401, {}),
    );
    const place = await newPlace(files);
    const opened = await openFolder(place, server.url);
    const failed = await opened.client.request(WaitForIndex, { folder: place.folder });
    expect(failed.status).toMatchObject({
      phase: 'failed',
      message: expect.stringContaining(`${server.host} does not accept the key (401)`),
    });
    expect(failed.status.files).toBeGreaterThan(0);
    expect((await opened.ask('part1')).hits[0]?.path).toBe('src/f1.ts');
    away = false;
    await vi.waitFor(
      async () =>
        expect(await opened.client.request(GetStatus, { folder: place.folder })).toMatchObject({ phase: 'ready', files: 60, failed: 0 }),
      {
        timeout: 60_000,
        interval: 100,
      },
    );
    expect((await opened.ask('part40')).hits[0]?.path).toBe('src/f40.ts');
  });

  test('a text that the server cannot embed costs no other file its vector, and is found by its words', async () => {
    const server = await serveModel(
      ({ texts }, response) =>
        texts.some((text) => text.includes('mixColours')) && sendJson(response, 500, { error: 'unsupported value: NaN' }),
    );
    const opened = await openFolder(await newPlace(), server.url);
    const { status } = await opened.client.request(WaitForIndex, { folder: opened.folder });
    expect(status).toMatchObject({ phase: 'ready', files: 2, failed: 0 });
    expect(status.embedder.reason).toMatch(/refused there and (is|are) found by words only\.$/);
    for (const mode of ['hybrid', 'semantic', 'keyword'] as const) {
      const request = { query: 'two colours of paint', mode, limit: 10, rows: 'symbol', filters: {} } as const;
      const { hits } = await opened.client.request(Search, request);
      expect(
        hits.every(({ score }) => Number.isFinite(score)),
        mode,
      ).toBe(true);
      if (mode !== 'semantic') expect(hits[0]?.path, mode).toBe('src/colour.ts');
    }
  });

  test('the offline setting stops it while it runs', async () => {
    const server = await serveModel();
    const place = await newPlace();
    const opened = await openFolder(place, server.url);
    await opened.client.request(WaitForIndex, { folder: place.folder });
    const asked = server.asked.length;
    await opened.client.request(ConfigureModels, { dir: place.models, offline: true, mirror: '' });
    const answer = await opened.ask('failed uploads');
    expect(answer).toMatchObject({ mode: 'keyword', notes: [expect.stringMatching(/offline setting forbids every connection/)] });
    expect(answer.hits[0]?.path).toBe('src/upload.ts');
    expect(server.asked.length).toBe(asked);
  });

  test('one that cannot be used at the first start leaves the bundled model in its place, with the reason', async () => {
    const server = await serveModel((_, response) => sendJson(response, 404, { error: 'model not found' }));
    const opened = await openFolder(await newPlace(), server.url);
    await opened.client.request(WaitForIndex, { folder: opened.folder });
    expect(await embedderOf(opened)).toMatchObject({
      id: 'bundled',
      reason: expect.stringMatching(/model not found.* The bundled model serves in its place\.$/),
    });
    expect(await opened.ask('failed uploads')).toMatchObject({ mode: 'hybrid' });
  });

  test('the key is in no log and in no file', async () => {
    const server = await serveModel(
      ({ texts }, response) => texts.some((text) => text === 'fail') && sendJson(response, 500, { error: `key ${KEY}` }),
    );
    const place = await newPlace();
    const opened = await openFolder(place, server.url);
    await opened.client.request(WaitForIndex, { folder: place.folder });
    const { notes } = await opened.ask('fail');
    expect(notes).toHaveLength(1);
    const entries = await readdir(join(place.folder, '..'), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (entry.isFile()) expect((await readFile(join(entry.parentPath, entry.name))).includes(KEY), entry.name).toBe(false);
    }
    expect(JSON.stringify([notes, opened.logs, await opened.client.request(GetStatus, { folder: place.folder })])).not.toContain(KEY);
  });
});

describe('quarry --endpoint', () => {
  test('indexes, searches and says where code goes', async () => {
    const server = await serveModel();
    const { folder, indexDir } = await newPlace();
    const at = ['--index-dir', indexDir, '--endpoint', `ollama:test-embedder@${server.url}`];
    expect(await quarry(['index', folder, ...at])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`test-embedder on ${server.host}.*\\(Code is sent to`)),
    });
    const { code, stdout } = await quarry(['search', folder, 'paint', '--explain', ...at]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/colour\.ts[\s\S]*\[vector\]/) });
    expect(server.asked.every(({ path }) => path === '/api/embed')).toBe(true);
  });

  test('a server that cannot be used is one sentence, and nothing takes its place', async () => {
    const { folder, indexDir } = await newPlace();
    const outcome = await quarry(['index', folder, '--index-dir', indexDir, '--endpoint', 'tei:@http://127.0.0.1:9']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: 'The embedding server cannot be used: 127.0.0.1:9 could not be reached (ECONNREFUSED).\n',
    });
  });

  test.each(['nonsense', 'openai:m@localhost:80', 'openai:m@http://me:pass@h'])('%s is bad use', async (endpoint) => {
    const { code, stderr } = await quarry(['status', await mkdtemp(join(tmpdir(), 'quarry-')), '--endpoint', endpoint]);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

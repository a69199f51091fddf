import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { ErrorCode } from '../../src/protocol/engine.ts';
import {
  ConfigureModels,
  DownloadModel,
  ImportModel,
  ListModels,
  type ModelProgressEvent,
  RemoveModel,
  VerifyModels,
} from '../../src/protocol/models.ts';
import { scratch, serve, serveBytes } from '../network/server.ts';
import { modelFiles, writeFiles } from '../unit/modelFolder.ts';
import { quarry } from './cli.ts';
import { killEngine } from './processes.ts';

/** The built engine and command line against a mirror on this machine. */

const DIST = join(import.meta.dirname, '../../dist');
/** A model without pinned digests, so that a mirror can serve files of its own. */
const ID = 'sentence-transformers/all-MiniLM-L6-v2';
const PINNED = 'nomic-ai/CodeRankEmbed';

type Misbehaviour = (path: string, request: IncomingMessage, response: ServerResponse, count: number) => boolean;

/** Answers with these bytes in place of the mirror. */
function answerWith(content: Uint8Array, request: IncomingMessage, response: ServerResponse): boolean {
  serveBytes(request, response, content);
  return true;
}

/** A mirror that serves the files of a model, unless `instead` has answered. */
async function mirror(instead: Misbehaviour = () => false) {
  const files = modelFiles();
  const server = await serve((request, response, count) => {
    const [, path = ''] = /\/resolve\/[^/]+\/(.+)$/.exec(request.url ?? '') ?? [];
    if (instead(path, request, response, count)) return;
    const content = files[path];
    if (content === undefined) response.writeHead(404).end();
    else serveBytes(request, response, content);
  });
  return { ...server, files };
}

async function engine(address: string, offline = false) {
  const dir = join(await scratch(), 'models');
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: true, models: { dir, offline, mirror: address } },
  });
  onTestFinished(() => client.stop());
  const progress: ModelProgressEvent[] = [];
  client.onModelProgress((event) => progress.push(event));
  return { client, dir, progress };
}

async function installed(client: EngineClient): Promise<readonly string[]> {
  return (await client.request(ListModels, {})).models.flatMap(({ entry, installed: model }) => (model === null ? [] : [entry.id]));
}

describe('a download', () => {
  test('installs the model, tells how far it is, and asks only for what it needs', async () => {
    const server = await mirror();
    const { client, dir, progress } = await engine(server.url);
    const model = await client.request(DownloadModel, { id: ID });
    expect(model).toMatchObject({ id: ID, licence: 'Apache-2.0', source: `${server.url}/Xenova/all-MiniLM-L6-v2` });
    expect(model.files.map(({ path }) => path).sort()).toEqual(Object.keys(server.files).sort());
    expect(await readFile(join(dir, ID, 'onnx/model_quantized.onnx'))).toEqual(server.files['onnx/model_quantized.onnx']);
    expect(await installed(client)).toEqual([ID]);
    const last = progress.at(-1);
    expect(last).toMatchObject({ id: ID, bytes: last?.total });
    const requests = server.seen.length;
    await client.request(DownloadModel, { id: ID });
    // The optional file that the mirror lacks is asked for again, and nothing else.
    expect(server.seen.slice(requests).map(({ url }) => url)).toEqual(['/Xenova/all-MiniLM-L6-v2/resolve/main/special_tokens_map.json']);
    expect(await client.request(VerifyModels, {})).toMatchObject([{ id: ID }]);
  });

  test('that is cancelled leaves nothing installed, and goes on where it was', async () => {
    let slow = true;
    const server = await mirror((path, _, response) => {
      if (!slow || !path.endsWith('.onnx')) return false;
      response.writeHead(200, { 'content-length': 200_002, etag: '"1"' });
      response.write(server.files[path]?.subarray(0, 50_000));
      return true;
    });
    const { client, progress } = await engine(server.url);
    const source = new CancellationTokenSource();
    const running = client.request(DownloadModel, { id: ID }, source.token);
    running.catch(() => undefined);
    await vi.waitUntil(() => progress.some(({ file, bytes }) => file.endsWith('.onnx') && bytes >= 50_000), { timeout: 60_000 });
    source.cancel();
    await expect(running).rejects.toThrow(/cancelled/);
    expect(await installed(client)).toEqual([]);
    slow = false;
    await vi.waitUntil(
      () =>
        client.request(DownloadModel, { id: ID }).then(
          () => true,
          () => false,
        ),
      { timeout: 60_000 },
    );
    expect(await installed(client)).toEqual([ID]);
    expect(server.seen.at(-1)).toMatchObject({ url: expect.stringContaining('.onnx') });
    expect(server.seen.filter(({ url }) => url.includes('tokenizer.json'))).toHaveLength(1);
  });

  test('goes on after the engine was killed under it', async () => {
    let slow = true;
    const server = await mirror((path, request, response) => {
      if (slow && path.endsWith('.onnx')) serveBytes(request, response, server.files[path], 50_000, 'stall');
      return slow && path.endsWith('.onnx');
    });
    const { client, progress } = await engine(server.url);
    const running = client.request(DownloadModel, { id: ID });
    running.catch(() => undefined);
    await vi.waitUntil(() => progress.some(({ file, bytes }) => file.endsWith('.onnx') && bytes >= 50_000), { timeout: 60_000 });
    killEngine(client);
    await expect(running).rejects.toThrow(/killed by SIGKILL/);
    expect(await installed(client)).toEqual([]);
    slow = false;
    await client.request(DownloadModel, { id: ID });
    expect(await installed(client)).toEqual([ID]);
    expect(server.seen.at(-1)).toMatchObject({ url: expect.stringContaining('.onnx'), range: 'bytes=50000-' });
  });

  test('is forbidden by the offline setting, also while it runs', async () => {
    const server = await mirror((path, _, response) => {
      if (!path.endsWith('.onnx')) return false;
      response.writeHead(200, { 'content-length': 200_002 }).write('x');
      return true;
    });
    const { client, dir, progress } = await engine(server.url, true);
    await expect(client.request(DownloadModel, { id: ID })).rejects.toMatchObject({
      code: ErrorCode.DownloadFailed,
      message: /offline setting/,
    });
    expect(server.seen).toEqual([]);
    const settings = { dir, mirror: server.url };
    await client.request(ConfigureModels, { ...settings, offline: false });
    const running = client.request(DownloadModel, { id: ID });
    running.catch(() => undefined);
    await vi.waitUntil(() => progress.some(({ file }) => file.endsWith('.onnx')), { timeout: 60_000 });
    await client.request(ConfigureModels, { ...settings, offline: true });
    await expect(running).rejects.toThrow(/cancelled/);
    expect(await installed(client)).toEqual([]);
  });

  test.each<[string, Misbehaviour, RegExp]>([
    [
      'a page instead of a file',
      (_, __, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')),
      /web page/,
    ],
    ['no file', (_, __, response) => Boolean(response.writeHead(404).end()), /does not have/],
    [
      'weights that are none',
      (path, request, response) => path.endsWith('.onnx') && answerWith(Buffer.alloc(5000), request, response),
      /not an ONNX/,
    ],
  ])('of %s installs nothing and says why in one line', async (_, instead, says) => {
    const server = await mirror(instead);
    const { client, dir } = await engine(server.url);
    const error = await client.request(DownloadModel, { id: ID }).catch((reason: Error) => reason);
    expect(error).toMatchObject({ message: expect.stringMatching(says) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]+[.?]$/) });
    expect(await installed(client)).toEqual([]);
    expect(existsSync(join(dir, ID))).toBe(false);
  });

  test('of a file with another digest than the pinned one installs nothing', async () => {
    const server = await mirror();
    const { client, dir } = await engine(server.url);
    await expect(client.request(DownloadModel, { id: PINNED })).rejects.toThrow(/tokenizer\.json is not the expected file/);
    expect(server.seen.map(({ url }) => url)).toEqual([
      '/nomic-ai/CodeRankEmbed/resolve/3c4b60807d71f79b43f3c4363786d9493691f8b1/tokenizer.json',
    ]);
    expect(await readdir(dir)).not.toContain('nomic-ai');
  });

  test('repairs an installed model whose file was changed', async () => {
    const server = await mirror();
    const { client, dir } = await engine(server.url);
    await client.request(DownloadModel, { id: ID });
    await writeFiles(join(dir, ID), { 'tokenizer.json': '{"model":{}}' });
    const requests = server.seen.length;
    await client.request(DownloadModel, { id: ID });
    expect(server.seen.slice(requests).map(({ url }) => url.split('/').at(-1))).toContain('tokenizer.json');
    const [verdict] = await client.request(VerifyModels, { id: ID });
    expect(verdict?.files.every(({ state }) => state === 'ok')).toBe(true);
  });

  test('of a file without a known digest records it, and takes no other file in its place until the model is removed', async () => {
    let config: Buffer | undefined;
    const server = await mirror(
      (path, request, response) => path === 'config.json' && config !== undefined && answerWith(config, request, response),
    );
    const { client, dir } = await engine(server.url);
    await client.request(DownloadModel, { id: ID });
    await rm(join(dir, ID, 'config.json'));
    config = Buffer.from('{"model_type": "other"}');
    await expect(client.request(DownloadModel, { id: ID })).rejects.toThrow(/^config\.json is not the expected file/);
    await client.request(RemoveModel, { id: ID });
    await client.request(DownloadModel, { id: ID });
    expect(await readFile(join(dir, ID, 'config.json'))).toEqual(config);
  });

  test('of another number format keeps the first one', async () => {
    const server = await mirror(
      (path, request, response) => path === 'onnx/model.onnx' && answerWith(Buffer.alloc(9000, 8), request, response),
    );
    const { client } = await engine(server.url);
    await client.request(DownloadModel, { id: ID });
    const model = await client.request(DownloadModel, { id: ID, dtype: 'fp32' });
    expect(model.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['onnx/model.onnx', 'onnx/model_quantized.onnx']));
    const [verdict] = await client.request(VerifyModels, { id: ID });
    expect(verdict?.files.every(({ state }) => state === 'ok')).toBe(true);
  });

  test('two windows do not install the same model at once', async () => {
    const server = await mirror(
      (path, _, response) => path.endsWith('.onnx') && Boolean(response.writeHead(200, { 'content-length': 9 }).write('x')),
    );
    const { client, dir, progress } = await engine(server.url);
    const running = client.request(DownloadModel, { id: ID });
    running.catch(() => undefined);
    await vi.waitUntil(() => progress.length > 0, { timeout: 60_000 });
    await expect(client.request(RemoveModel, { id: ID })).rejects.toThrow(/being installed already/);
    const other = await quarry(['models', 'remove', ID, '--models-dir', dir]);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/another window/) });
  });
});

describe('other requests', () => {
  test('import, verify and remove', async () => {
    const { client, dir } = await engine('');
    const from = join(await scratch(), 'from');
    await writeFiles(from, modelFiles());
    expect(await client.request(ImportModel, { id: PINNED, folder: from })).toMatchObject({ id: PINNED, source: from });
    expect((await client.request(ListModels, {})).models.find(({ entry }) => entry.id === PINNED)?.installed).not.toBeNull();
    expect(await client.request(RemoveModel, { id: PINNED })).toEqual({ removed: true });
    expect(existsSync(join(dir, PINNED))).toBe(false);
  });

  test.each([
    ['nobody/nothing', /knows no model/],
    ['bundled', /in the package/],
    ['nomic-ai/CodeRankLLM', /through a server/],
  ])('%s cannot be installed', async (id, says) => {
    const { client } = await engine('');
    await expect(client.request(DownloadModel, { id })).rejects.toMatchObject({
      code: ErrorCode.UnknownModel,
      message: expect.stringMatching(says),
    });
  });

  test('an engine without a folder for models says so', async () => {
    const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly: true } });
    onTestFinished(() => client.stop());
    await expect(client.request(ListModels, {})).rejects.toThrow(/without a folder for models/);
  });
});

describe('quarry models', () => {
  const run = async (...args: string[]) => quarry(['models', ...args]);

  test('download shows size, licence and source, and does nothing without a yes', async () => {
    const server = await mirror();
    const dir = join(await scratch(), 'models');
    const at = ['--models-dir', dir, '--mirror', server.url];
    const asked = await run('download', ID, ...at);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toMatch(/size {5}about \d+ MB\n {2}licence {2}Apache-2\.0\n {2}source {3}http/);
    expect(asked.stderr).toMatch(/digest {3}known for no file: what comes first is recorded, and checked from then on\n/);
    expect(asked.stderr).toMatch(/--yes/);
    expect(server.seen).toEqual([]);
    const done = await run('download', ID, '--yes', ...at);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await run('list', '--json', ...at)).stdout)).toMatchObject({ hub: server.url, dir });
    expect((await run('list', ...at)).stdout).toMatch(new RegExp(`${ID}\n.*, installed\n`));
    const verified = await run('verify', ...at);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toMatch(
      /no digest was known when these came; compare them with those on the page of .*:\n {6}[0-9a-f]{64} {2}config\.json\n/,
    );
    await writeFiles(join(dir, ID), { 'config.json': '{}' });
    expect(await run('verify', ID, ...at)).toMatchObject({ code: 1, stdout: expect.stringMatching(/config\.json is changed/) });
    expect((await run('remove', ID, ...at)).code).toBe(0);
    expect((await run('remove', ID, ...at)).code).toBe(1);
    expect((await run('verify', ...at)).code).toBe(1);
  });

  test.each([
    ['an unknown model', ['download', 'a/b', '--yes'], 2, /knows no model/],
    ['an unknown command', ['fetch'], 2, /fetch/],
    ['no model', ['download'], 2, /id/],
    ['a mirror that is no address', ['list', '--mirror', 'example'], 2, /--mirror/],
    ['a name that leads out of the folder', ['remove', '../../x'], 2, /knows no model/],
    ['the offline setting', ['download', ID, '--yes', '--offline'], 1, /offline setting/],
    ['a folder that does not exist', ['import', ID, '/no/such/folder'], 1, /There is no folder/],
    ['nobody there', ['download', ID, '--yes', '--mirror', 'https://quarry-test.invalid'], 1, /could not be resolved/],
  ])('%s gets one line', async (_, args, code, says) => {
    const dir = join(await scratch(), 'models');
    const outcome = await run(...args, ...(args.length > 1 || args[0] === 'list' ? ['--models-dir', dir] : []));
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(says) });
    expect(outcome.stderr).toMatch(/^[^\n]+\n$/);
  });
});

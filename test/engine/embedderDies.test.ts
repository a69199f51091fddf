import { fork } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { type EmbedPlace, keepEmbedder } from '../../src/engine/keptEmbedder.ts';
import { createLocalEmbedders } from '../../src/engine/localEmbedders.ts';
import { openEmbedder } from '../../src/inference/embedder.ts';
import { openLibrary } from '../../src/models/library.ts';
import { FilesChanged, OpenFolder, Search, WaitForIndex } from '../../src/protocol/engine.ts';
import { ImportModel } from '../../src/protocol/models.ts';
import { scratch } from '../network/server.ts';
import { embedderEntry, installedFiles, MAIN, MODELS, tinyEmbedder } from '../unit/inference.model.ts';
import { makeFolder } from './cli.ts';
import { startedBy } from './processes.ts';

/** What becomes of a search whose embedder is killed, runs out of memory or computes nonsense. */

const DIST = join(import.meta.dirname, '../../dist');
const EMBEDS = 'embedProcess';
const FILES = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    `f${at}.ts`,
    `/** Does thing ${at}. */\nexport function thing${at}(file: string) {\n${`  read(${at});\n`.repeat(60)}}\n`,
  ]),
);
const UPLOAD = '/** Tries a failed upload again. */\nexport function retryUpload(file: string) {\n  return file;\n}\n';

async function modelsDir(): Promise<string> {
  const dir = join(await scratch(), 'models');
  await openLibrary(dir).importFolder(embedderEntry(MAIN), join(MODELS, 'nomic'));
  return dir;
}

function start(dir: string): { readonly client: EngineClient; readonly log: readonly string[]; readonly states: readonly string[] } {
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false, models: { dir, offline: true, mirror: '' } },
  });
  const log: string[] = [];
  const states: string[] = [];
  client.onLog(({ message }) => log.push(message));
  client.onState(({ state }) => states.push(state));
  onTestFinished(() => client.stop());
  return { client, log, states };
}

const open = (client: EngineClient, { folder, indexDir }: { folder: string; indexDir: string }) =>
  client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });

const ask = (client: EngineClient, query: string) =>
  client.request(Search, { query, mode: 'hybrid', limit: 5, rows: 'symbol', filters: {} });

/** The built process, as `startChild` makes it. */
function place(): EmbedPlace & { readonly pid: number } {
  const child = fork(join(DIST, 'embedProcess.mjs'), [], { execArgv: [], serialization: 'advanced' });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const gone = new Promise<string>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)));
  void gone.then(() => connection.dispose());
  connection.listen();
  onTestFinished(() => void child.kill('SIGKILL'));
  return { connection, gone, kill: () => void child.kill('SIGKILL'), pid: child.pid ?? 0 };
}

describe.runIf(process.platform === 'linux')('the process of an embedder that is killed', () => {
  test('once: nobody notices. Twice: the bundled model takes its place, says so, and stays; installed anew it is tried again', async () => {
    const dir = await modelsDir();
    const project = await makeFolder({ ...FILES, 'upload.ts': UPLOAD });
    const { client, log, states } = start(dir);
    await open(client, project);
    const first = client.pid();
    // In the middle of indexing.
    const killed = await startedBy(client.pid, EMBEDS);
    process.kill(killed, 'SIGKILL');
    const { status, indexedFiles } = await client.request(WaitForIndex, { folder: project.folder });
    expect({ indexedFiles, id: status.embedder.id }).toEqual({ indexedFiles: 41, id: MAIN });
    expect(log.filter((line) => line.includes('was killed by SIGKILL'))).toEqual([`The process of ${MAIN} was killed by SIGKILL.`]);
    expect(client.pid()).toBe(first);
    expect((await ask(client, 'retry a failed upload')).notes).toEqual([]);

    process.kill(await startedBy(client.pid, EMBEDS, killed), 'SIGKILL');
    await vi.waitFor(
      async () => {
        const { status: now } = await client.request(WaitForIndex, { folder: project.folder });
        expect(now).toMatchObject({ files: 41, semantic: true, embedder: { id: 'bundled' } });
        expect(now.embedder.reason).toBe(
          `${MAIN} ended 2 times within an hour: it is tried again later, or when it is installed anew. The bundled model serves in its place.`,
        );
      },
      { timeout: 60_000, interval: 50 },
    );
    const found = await ask(client, 'retry a failed upload');
    expect({ symbol: found.hits[0]?.symbol, mode: found.mode }).toEqual({ symbol: 'retryUpload', mode: 'hybrid' });
    expect(states).not.toContain('safe-mode');
    await client.stop();

    // The next engine does not run into it either.
    const next = start(dir);
    await open(next.client, project);
    expect((await next.client.request(WaitForIndex, { folder: project.folder })).status.embedder.id).toBe('bundled');
    await next.client.request(ImportModel, { id: MAIN, folder: join(MODELS, 'nomic') });
    await vi.waitFor(
      async () =>
        expect((await next.client.request(WaitForIndex, { folder: project.folder })).status).toMatchObject({
          files: 41,
          embedder: { id: MAIN },
        }),
      { timeout: 60_000, interval: 50 },
    );
  });

  test('while a saved file waits for it: the file is searchable all the same', async () => {
    const project = await makeFolder(FILES);
    const { client } = start(await modelsDir());
    await open(client, project);
    await client.request(WaitForIndex, { folder: project.folder });
    process.kill(await startedBy(client.pid, EMBEDS), 'SIGKILL');
    await writeFile(join(project.folder, 'upload.ts'), UPLOAD);
    await client.request(FilesChanged, { folder: project.folder, paths: ['upload.ts'] });
    await client.request(WaitForIndex, { folder: project.folder });
    const { hits, mode, notes } = await ask(client, 'retry a failed upload');
    expect({ symbol: hits[0]?.symbol, mode, notes }).toEqual({ symbol: 'retryUpload', mode: 'hybrid', notes: [] });
  });
});

describe('an embedder in a process', () => {
  const never = (how: string): Promise<void> => Promise.reject(new Error(how));

  test('is left when nobody asks, and started again for the next question with the same vectors', async () => {
    const places: EmbedPlace[] = [];
    const service = await keepEmbedder({
      start: () => {
        places.push(place());
        return places.at(-1) as EmbedPlace;
      },
      source: () => tinyEmbedder(),
      idleMs: 10,
      onDeath: never,
      onOther: () => undefined,
    });
    const before = await service.embed(['a text'], 'query');
    await places.at(-1)?.gone;
    expect(await service.embed(['a text'], 'query')).toEqual(before);
    expect(places.length).toBeGreaterThan(1);
  });

  test('one death is told once, however many ask, and who is refused another one hears why', async () => {
    const places: EmbedPlace[] = [];
    const deaths: string[] = [];
    const service = await keepEmbedder({
      start: () => {
        if (deaths.length > 1) throw new Error('no more');
        places.push(place());
        return places.at(-1) as EmbedPlace;
      },
      source: () => tinyEmbedder(),
      onDeath: async (how) => void deaths.push(how),
      onOther: () => undefined,
    });
    const before = await service.embed(['a text'], 'document');
    places[0]?.kill();
    expect(await Promise.all([service.embed(['a text'], 'document'), service.embed(['a text'], 'document')])).toEqual([before, before]);
    expect(deaths).toEqual(['SIGKILL']);
    places[1]?.kill();
    await expect(service.embed(['a text'], 'query')).rejects.toThrow('no more');
  });

  test.runIf(process.platform !== 'win32')(
    'that hangs is left when a question has waited long enough, and another one answers',
    async () => {
      const places: (EmbedPlace & { readonly pid: number })[] = [];
      const deaths: string[] = [];
      const service = await keepEmbedder({
        start: () => {
          places.push(place());
          return places.at(-1) as EmbedPlace;
        },
        source: () => tinyEmbedder(),
        onDeath: async (how) => void deaths.push(how),
        onOther: () => undefined,
        patience: { question: 8000 },
      });
      const before = await service.embed(['a text'], 'query');
      process.kill(places[0]?.pid ?? 0, 'SIGSTOP');
      expect(await service.embed(['a text'], 'query')).toEqual(before);
      expect(deaths).toEqual(['did not answer within 8 seconds']);
      expect(await places[0]?.gone).toBe('SIGKILL');
    },
  );

  test('is not loaded where there is no memory for it', async () => {
    const { chosen } = createLocalEmbedders({
      mediaDir: join(DIST, 'media'),
      options: { model: MAIN, device: 'auto', required: false },
      library: openLibrary(await modelsDir()),
      events: { log: () => undefined, onUnusable: () => undefined },
      memory: () => 20_000_000,
      startProcess: () => {
        throw new Error('a process was started');
      },
    });
    await expect(chosen()).rejects.toThrow(`${MAIN} needs about 150 MB of memory, and 20 MB are free.`);
  });
});

test('a text of which the model makes no vector costs no other text its own', async () => {
  const folder = join(await scratch(), 'model');
  await cp(join(MODELS, 'nomic'), folder, { recursive: true });
  const graph = join(folder, 'onnx/model.onnx');
  const bytes = await readFile(graph);
  const { vocab } = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')).model;
  // The table of words: raw data of 156 rows of 64 numbers, behind its tag and its length. One row becomes what is no number.
  const table = bytes.indexOf(Buffer.from([0x4a, 0x80, 0xb8, 0x02])) + 4;
  bytes.fill(0xff, table + vocab['~'] * 256, table + vocab['~'] * 256 + 256);
  await writeFile(graph, bytes);
  const files = installedFiles(folder).filter(({ path }) => path !== 'onnx/model_quantized.onnx');
  const embedder = await openEmbedder({ ...tinyEmbedder(), folder, files, wish: 'cpu' });
  const texts = ['a text', 'a ~ text', 'another text'];
  const rows = await embedder.embed(texts, 'document');
  const lengths = texts.map((_, at) => Math.hypot(...rows.subarray(at * 64, (at + 1) * 64)));
  expect(lengths.map((length) => Math.round(length * 1000) / 1000)).toEqual([1, 0, 1]);
  expect(await embedder.embed(['~'], 'query')).toEqual(new Float32Array(64));
  await embedder.dispose();
});

import { cp, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { openLibrary } from '../../src/models/library.ts';
import {
  type EngineOptions,
  ErrorCode,
  FilesChanged,
  type IndexSummary,
  OpenFolder,
  Search,
  WaitForIndex,
} from '../../src/protocol/engine.ts';
import { ImportModel, RemoveModel } from '../../src/protocol/models.ts';
import { scratch } from '../network/server.ts';
import { embedderEntry, MAIN, MODELS } from '../unit/inference.model.ts';
import { makeFolder, quarry } from './cli.ts';

/** The built engine with a tiny model of the main embedder's kind: its vectors mean nothing, but the way they take is the real one. */

const DIST = join(import.meta.dirname, '../../dist');
const FILES = {
  'upload.ts': '/** Tries a failed upload again. */\nexport function retryUpload(file: string) {\n  return file;\n}\n',
  'cache.py': 'class Cache:\n    """Keeps what was read last."""\n\n    def read(self, key):\n        return self.items[key]\n',
  'list.go': 'package list\n\n// Sum adds the numbers of a list.\nfunc Sum(numbers []int) int {\n\treturn 0\n}\n',
};

/** A folder for models that holds the main embedder. */
async function modelsDir(model = join(MODELS, 'nomic')): Promise<string> {
  const dir = join(await scratch(), 'models');
  await openLibrary(dir).importFolder(embedderEntry(MAIN), model);
  return dir;
}

function start(dir: string, options: Partial<EngineOptions> = {}): EngineClient {
  const client = startEngine({
    module: join(DIST, 'engine.mjs'),
    options: { mediaDir: join(DIST, 'media'), keywordOnly: false, models: { dir, offline: true, mirror: '' }, ...options },
  });
  onTestFinished(() => client.stop());
  return client;
}

async function index(client: EngineClient, { folder, indexDir }: { folder: string; indexDir: string }): Promise<IndexSummary> {
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  return client.request(WaitForIndex, { folder });
}

const ask = (client: EngineClient, query: string, mode: 'hybrid' | 'semantic' = 'hybrid') =>
  client.request(Search, { query, mode, limit: 5, rows: 'symbol', filters: {} });

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(dir, { recursive: true })) bytes += (await stat(join(dir, name))).size;
  return bytes;
}

const bundled = { model: 'bundled', device: 'auto', required: false } as const;

describe('the main embedder', () => {
  test('serves once it is installed, and says where it runs', async () => {
    const client = start(await modelsDir());
    const { status, indexedFiles } = await index(client, await makeFolder(FILES));
    expect({ indexedFiles, ...status.embedder }).toMatchObject({ indexedFiles: 3, id: MAIN, device: 'cpu', dtype: 'q8' });
    const { hits, mode, notes } = await ask(client, 'retry a failed upload');
    expect({ symbol: hits[0]?.symbol, mode, notes }).toEqual({ symbol: 'retryUpload', mode: 'hybrid', notes: [] });
    expect((await ask(client, 'anything at all', 'semantic')).hits.length).toBeGreaterThan(2);
  });

  test('takes over from the bundled one and gives back at once', async () => {
    const dir = await modelsDir();
    const place = await makeFolder(FILES);
    const first = start(dir, { embedder: bundled });
    expect((await index(first, place)).status.embedder.id).toBe('bundled');
    await first.stop();
    const second = start(dir);
    const upgraded = await index(second, place);
    expect(upgraded).toMatchObject({ indexedFiles: 3, status: { embedder: { id: MAIN } } });
    expect(upgraded.status.building).toBeUndefined();
    await second.stop();
    for (const [options, id] of [
      [{ embedder: bundled }, 'bundled'],
      [{}, MAIN],
    ] as const) {
      const client = start(dir, options);
      expect(await index(client, place)).toMatchObject({ indexedFiles: 0, status: { files: 3, embedder: { id } } });
      expect((await ask(client, 'retry a failed upload')).hits[0]?.symbol).toBe('retryUpload');
      await client.stop();
    }
  });

  test('serves from the moment it is imported, and no longer when it is removed', async () => {
    const place = await makeFolder(FILES);
    const client = start(join(await scratch(), 'models'));
    expect((await index(client, place)).status.embedder.id).toBe('bundled');
    const servedBy = async (id: string): Promise<void> => {
      await vi.waitFor(
        async () => {
          const { status } = await client.request(WaitForIndex, { folder: place.folder });
          expect(status).toMatchObject({ files: 3, embedder: { id } });
        },
        { timeout: 60_000, interval: 50 },
      );
    };
    await client.request(ImportModel, { id: MAIN, folder: join(MODELS, 'nomic') });
    await servedBy(MAIN);
    await client.request(RemoveModel, { id: MAIN });
    await servedBy('bundled');
    expect((await ask(client, 'retry a failed upload')).hits[0]?.symbol).toBe('retryUpload');
  });

  test('gives way to the bundled one when its files are broken', async () => {
    const broken = join(await scratch(), 'broken');
    await cp(join(MODELS, 'nomic'), broken, { recursive: true });
    await writeFile(join(broken, 'onnx/model_quantized.onnx'), Buffer.concat([Buffer.from([0x08, 0x08]), Buffer.alloc(100, 0xff)]));
    await rename(join(broken, 'onnx/model.onnx'), join(broken, 'onnx/model.onnx.bak'));
    const dir = await modelsDir(broken);
    const client = start(dir);
    const { status } = await index(client, await makeFolder(FILES));
    expect(status.embedder.id).toBe('bundled');
    expect(status.embedder.reason).toMatch(
      /^nomic-ai\/CodeRankEmbed cannot be loaded: cpu does not serve: [^\n]*\. The bundled model serves in its place\.$/,
    );
    expect((await ask(client, 'retry a failed upload')).hits[0]?.symbol).toBe('retryUpload');
  });

  test('that is named and cannot be had is an error where nothing may take its place', async () => {
    const dir = join(await scratch(), 'models');
    for (const [model, sentence] of [
      [MAIN, `${MAIN} is not installed.`],
      ['nobody/nothing', 'Quarry knows no embedder nobody/nothing.'],
    ] as const) {
      const client = start(dir, { embedder: { model, device: 'auto', required: true } });
      await expect(index(client, await makeFolder(FILES))).rejects.toMatchObject({ code: ErrorCode.ModelFiles, message: sentence });
      await client.stop();
    }
    const client = start(dir, { embedder: { model: MAIN, device: 'auto', required: false } });
    const { status } = await index(client, await makeFolder(FILES));
    expect(status.embedder).toMatchObject({
      id: 'bundled',
      reason: `${MAIN} is not installed. The bundled model serves in its place.`,
    });
  });
});

describe('embeddings', () => {
  test('are kept for other folders and for what comes back', async () => {
    const dir = await modelsDir();
    const embeddings = { dir: join(await scratch(), 'embeddings'), limitBytes: 1_000_000 };
    const place = await makeFolder(FILES);
    const client = start(dir, { embeddings });
    await index(client, place);
    const kept = await bytesIn(embeddings.dir);
    expect(kept).toBeGreaterThan(3 * 2 * 64);

    // A clone of the folder, and this one after a branch came and went, embed nothing that was embedded before.
    const clone = await makeFolder(FILES);
    expect((await index(client, clone)).indexedFiles).toBe(3);
    expect(await bytesIn(embeddings.dir)).toBe(kept);
    const sizes: number[] = [];
    const other = 'export function otherBranch() {\n  return 1;\n}\n';
    for (const text of [other, FILES['upload.ts'], other]) {
      await writeFile(join(place.folder, 'upload.ts'), text);
      await client.request(FilesChanged, { folder: place.folder, paths: ['upload.ts'] });
      await client.request(WaitForIndex, { folder: place.folder });
      sizes.push(await bytesIn(embeddings.dir));
    }
    const [grown = 0] = sizes;
    expect(grown).toBeGreaterThan(kept);
    expect(sizes).toEqual([grown, grown, grown]);
    expect((await ask(client, 'other branch')).hits[0]?.symbol).toBe('otherBranch');
  });
});

describe('the command line', () => {
  test('imports a model, indexes and searches with it, and says so', async () => {
    const home = await scratch();
    const env = { XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') };
    await mkdir(home, { recursive: true });
    const { folder } = await makeFolder(FILES);
    const imported = await quarry(['models', 'import', MAIN, join(MODELS, 'nomic')], { env });
    expect(imported).toMatchObject({ code: 0 });
    const found = await quarry(['search', folder, 'retry a failed upload', '--json', '--embedder', MAIN, '--device', 'cpu'], { env });
    expect(found).toMatchObject({ code: 0 });
    expect(JSON.parse(found.stdout).results[0]).toMatchObject({ symbol: 'retryUpload' });
    const { stdout } = await quarry(['status', folder], { env });
    expect(stdout).toMatch(/^Embedder {2}nomic-ai\/CodeRankEmbed on cpu, q8/m);
    const bundledSearch = await quarry(['search', folder, 'retry a failed upload', '--json', '--embedder', 'bundled'], { env });
    expect(JSON.parse(bundledSearch.stdout).results[0]).toMatchObject({ symbol: 'retryUpload' });
    const unknown = await quarry(['search', folder, 'anything', '--embedder', 'nobody/nothing'], { env });
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr.trim()).toBe('Quarry knows no embedder nobody/nothing.');
  });
});

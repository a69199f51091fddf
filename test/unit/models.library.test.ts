import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelEntry } from '../../src/core/modelCatalogue.ts';
import { findModel } from '../../src/models/catalogue.ts';
import { ModelFilesError } from '../../src/models/checkFiles.ts';
import { type ModelLibrary, openLibrary } from '../../src/models/library.ts';
import { modelFiles, writeFiles } from './modelFolder.ts';

const ID = 'sentence-transformers/all-MiniLM-L6-v2';

function entryOf(id: string): ModelEntry {
  const entry = findModel(id);
  if (entry === undefined) throw new Error(id);
  return entry;
}

async function setUp(change: Readonly<Record<string, Uint8Array | string | null>> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'quarry-models-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const from = join(root, 'from');
  const files = Object.fromEntries(
    Object.entries({ ...modelFiles(), ...change }).filter((pair): pair is [string, Uint8Array] => pair[1] !== null),
  );
  await mkdir(from);
  await writeFiles(from, files);
  return { root, from, files, library: openLibrary(join(root, 'models')) };
}

const importTo = (library: ModelLibrary, from: string) => library.importFolder(entryOf(ID), from);

/** Everything in the library's folder but what no model is made of. */
async function contents(library: ModelLibrary): Promise<readonly string[]> {
  const entries = await readdir(library.folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(library.folder.length + 1))
    .sort();
}

describe('importing a folder', () => {
  test('copies the files of the model and nothing else, and notes what they are', async () => {
    const { from, files, library } = await setUp({ 'README.md': 'hello', 'pytorch_model.bin': 'x'.repeat(1000) });
    const model = await importTo(library, from);
    expect(model.files.map(({ path }) => path).sort()).toEqual(Object.keys(modelFiles()).sort());
    expect(await contents(library)).toEqual([...Object.keys(modelFiles()), 'quarry-model.json'].map((path) => `${ID}/${path}`).sort());
    expect(await readFile(join(library.folderOf(ID), 'config.json'), 'utf8')).toBe(Buffer.from(files['config.json'] ?? '').toString());
    expect(model).toMatchObject({ id: ID, licence: 'Apache-2.0', source: from });
    expect(await library.listInstalled()).toEqual([model]);
    expect(await library.find(ID)).toEqual(model);
  });

  test('follows links, as in the cache folders of other tools', async () => {
    const { root, from, library } = await setUp();
    const blobs = join(root, 'blobs');
    await mkdir(blobs);
    await rename(join(from, 'tokenizer.json'), join(blobs, 'a'));
    await symlink(join(blobs, 'a'), join(from, 'tokenizer.json'));
    await importTo(library, from);
    await rm(blobs, { recursive: true });
    expect((await library.verify(ID))?.every(({ state }) => state === 'ok')).toBe(true);
  });

  test('takes weights that stand beside the graph', async () => {
    const { from, library } = await setUp({ 'onnx/model_quantized.onnx_data': 'weights' });
    expect((await importTo(library, from)).files.map(({ path }) => path)).toContain('onnx/model_quantized.onnx_data');
  });

  test.each([
    ['below the folder itself', 'model_quantized.onnx', ['onnx/model_quantized.onnx']],
    ['with the name that another tool gives them', 'onnx/model_int8.onnx', ['onnx/model_quantized.onnx']],
    [
      'both, with weights beside the graph, which knows them by their name',
      'model_qint8_avx512.onnx',
      ['onnx/model_quantized.onnx', 'onnx/model_qint8_avx512.onnx.data'],
    ],
  ])('finds weights %s', async (_, place, paths) => {
    const graph = modelFiles()['onnx/model_quantized.onnx'] as Uint8Array;
    const { from, library } = await setUp({ 'onnx/model_quantized.onnx': null, 'onnx/model.onnx': null, [place]: graph });
    if (paths.length > 1) await writeFile(join(from, `${place}.data`), 'weights');
    const { files } = await importTo(library, from);
    expect(files.map(({ path }) => path).filter((path) => path.includes('.onnx'))).toEqual(paths);
  });

  test('knows pinned weights by their digest under the name of their own repository', async () => {
    const graph = Buffer.from('\b\b, a graph of eight bits');
    const { from, library } = await setUp({ 'onnx/model_quantized.onnx': null, 'onnx/model.onnx': graph });
    const entry = entryOf(ID);
    const [first, ...others] = entry.variants;
    const [file] = first?.files ?? [];
    if (first === undefined || file === undefined) throw new Error('no variant');
    const sha256 = createHash('sha256').update(graph).digest('hex');
    const pinned = { ...entry, variants: [{ ...first, files: [{ ...file, source: 'onnx/model.onnx', sha256 }] }, ...others] };
    const model = await library.importFolder(pinned, from);
    expect(model.files.find(({ path }) => path === 'onnx/model_quantized.onnx')).toMatchObject({ sha256, pinned: true });
    expect(model.files.map(({ path }) => path)).not.toContain('onnx/model.onnx');
  });

  test.each<[string, Readonly<Record<string, string | null>>, RegExp]>([
    ['no tokenizer', { 'tokenizer.json': null }, /tokenizer\.json missing/],
    ['no weights', { 'onnx/model_quantized.onnx': null }, /onnx\/model_quantized\.onnx or onnx\/model\.onnx missing/],
    ['a configuration cut short', { 'config.json': '{"model_type": "be' }, /config\.json is not valid JSON/],
    ['a configuration of something else', { 'config.json': '{"name": "x"}' }, /model_type/],
    ['a tokenizer that is none', { 'tokenizer.json': '{}' }, /not a tokenizer/],
    ['a list', { 'tokenizer_config.json': '[]' }, /JSON object/],
    [
      'a pointer instead of weights',
      { 'onnx/model_quantized.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:0' },
      /pointer of Git LFS/,
    ],
    ['a page instead of weights', { 'onnx/model_quantized.onnx': '<!doctype html><html></html>' }, /not an ONNX model/],
    ['empty weights', { 'onnx/model_quantized.onnx': '' }, /is empty/],
  ])('refuses %s and installs nothing', async (_, change, says) => {
    const { from, library } = await setUp(change);
    const error = await importTo(library, from).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelFilesError);
    expect((error as Error).message).toMatch(says);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    expect(await contents(library)).toEqual([]);
  });

  test('refuses a folder that does not exist', async () => {
    const { from, library } = await setUp();
    await expect(importTo(library, join(from, 'nowhere'))).rejects.toThrow(/There is no folder/);
  });

  test('leaves the model that was there when the new one is bad', async () => {
    const { root, from, library } = await setUp();
    const before = await importTo(library, from);
    const bad = join(root, 'bad');
    await writeFiles(bad, { ...modelFiles(), 'config.json': '{' });
    await expect(importTo(library, bad)).rejects.toThrow(ModelFilesError);
    expect(await library.find(ID)).toEqual(before);
    expect((await library.verify(ID))?.every(({ state }) => state === 'ok')).toBe(true);
  });

  test('replaces the model that was there', async () => {
    const { root, from, library } = await setUp();
    await importTo(library, from);
    const next = join(root, 'next');
    await writeFiles(next, modelFiles());
    const after = await importTo(library, next);
    expect(await library.find(ID)).toEqual(after);
    expect((await contents(library)).every((file) => file.startsWith(ID))).toBe(true);
  });

  test('stops when it is cancelled, and leaves nothing', async () => {
    const { from, library } = await setUp();
    await expect(library.importFolder(entryOf(ID), from, AbortSignal.abort())).rejects.toThrow();
    expect(await contents(library)).toEqual([]);
  });
});

describe('what is installed', () => {
  test('a changed and a missing file are found', async () => {
    const { from, library } = await setUp();
    await importTo(library, from);
    const folder = library.folderOf(ID);
    await writeFile(join(folder, 'config.json'), '{"model_type":"other"}');
    await rm(join(folder, 'tokenizer.json'));
    const states = Object.fromEntries((await library.verify(ID))?.map(({ path, state }) => [path, state]) ?? []);
    expect(states).toMatchObject({ 'config.json': 'changed', 'tokenizer.json': 'missing', 'onnx/model_quantized.onnx': 'ok' });
    expect(await library.verify('nomic-ai/CodeRankEmbed')).toBeUndefined();
  });

  test('removing takes everything, the parts of a download too', async () => {
    const { from, library } = await setUp();
    await importTo(library, from);
    await writeFile(join(await library.stage(ID), 'x.part'), 'x');
    expect(await library.remove(ID)).toBe(true);
    expect(await contents(library)).toEqual([]);
    expect(existsSync(dirname(library.folderOf(ID)))).toBe(false);
    expect(await library.remove(ID)).toBe(false);
    expect(await library.listInstalled()).toEqual([]);
  });

  test('a folder without a manifest is no model', async () => {
    const { library } = await setUp();
    await writeFiles(library.folderOf(ID), modelFiles());
    expect(await library.listInstalled()).toEqual([]);
  });

  test.each(['{', '{"format": 99, "id": "x", "files": []}'])('nor is one with the manifest %s', async (manifest) => {
    const { from, library } = await setUp();
    await importTo(library, from);
    await writeFile(join(library.folderOf(ID), 'quarry-model.json'), manifest);
    expect(await library.find(ID)).toBeUndefined();
  });

  test('a process that died between the two renames has lost nothing', async () => {
    const { from, library } = await setUp();
    const model = await importTo(library, from);
    const trashed = join(library.folder, '.trash', ID.replace('/', '--'));
    await mkdir(dirname(trashed), { recursive: true });
    await rename(library.folderOf(ID), trashed);
    expect(await library.listInstalled()).toEqual([model]);
    expect(existsSync(join(library.folderOf(ID), 'config.json'))).toBe(true);
  });

  test('a stage starts with what is installed, and does not touch it', async () => {
    const { from, library } = await setUp();
    await importTo(library, from);
    const staged = await library.stage(ID);
    await rm(join(staged, 'config.json'));
    await writeFile(join(staged, 'config.json'), '{"model_type":"new"}');
    expect((await library.verify(ID))?.every(({ state }) => state === 'ok')).toBe(true);
  });

  test.each(['../../etc', '..', '.hidden/x', 'a/b/c', '', '/abs', 'a\\b'])('%j is not the name of a model', (id) => {
    expect(() => openLibrary('/models').folderOf(id)).toThrow(ModelFilesError);
  });
});

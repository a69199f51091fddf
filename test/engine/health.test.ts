import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { MANIFEST, serialise } from '../../src/models/manifest.ts';
import { GetStatus, OpenFolder, WaitForIndex } from '../../src/protocol/engine.ts';
import { CleanUp, type FolderHealth, GetHealth, type HealthCheck, WipeIndex } from '../../src/protocol/health.ts';
import { openStore } from '../../src/store/index.ts';
import { makeFolder, quarry } from './cli.ts';

const DIST = join(import.meta.dirname, '../../dist');
const clients: EngineClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

const FILES = {
  'src/queue.ts': '/** Sends again. */\nexport function retryUpload() {\n  return 1;\n}\n',
  'src/token.py': 'def refresh_token():\n    return 2\n',
  'bin/deploy': '#!/usr/bin/env bash\n# Copies everything to the server.\nrsync -a . server:/srv\n',
  'README.md': '# A project\n\nWords about it.\n',
  'image.dat': new Uint8Array([0, 1, 2, 0, 3]),
};

async function indexed(): Promise<{ client: EngineClient; folder: string; indexDir: string }> {
  const { folder, indexDir } = await makeFolder(FILES);
  return { client: await openedIn(folder, indexDir), folder, indexDir };
}

async function openedIn(folder: string, indexDir: string, keywordOnly = false): Promise<EngineClient> {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly } });
  clients.push(client);
  await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true });
  await client.request(WaitForIndex, { folder });
  return client;
}

async function doctor(folder: string, indexDir: string): Promise<{ code: number | null; states: Record<string, string>; text: string }> {
  const { code, stdout } = await quarry(['doctor', folder, '--index-dir', indexDir, '--json']);
  const checks = JSON.parse(stdout) as readonly HealthCheck[];
  return { code, states: Object.fromEntries(checks.map(({ name, state }) => [name, state])), text: stdout };
}

describe('doctor', () => {
  it('finds nothing wrong with a sound index, and says so line by line', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    const { code, states } = await doctor(folder, indexDir);
    expect(new Set(Object.values(states))).toEqual(new Set(['ok']));
    expect(Object.keys(states)).toEqual(
      expect.arrayContaining([
        'native',
        'parser',
        'embedder',
        'device',
        'models',
        'disk',
        'rules',
        'store',
        'self-test',
        'ledger',
        'freshness',
        'writer',
        'size',
      ]),
    );
    expect(code).toBe(0);
    const { stdout } = await quarry(['doctor', folder, '--index-dir', indexDir]);
    expect(stdout).toMatch(/^ok +self-test +`\w+` in \S+:\d+ is found by its name and by its vector\.$/m);
  });

  it('names an installed model whose files have changed, and what serves in its place', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    const id = 'nomic-ai/CodeRankEmbed';
    const models = join(dirname(indexDir), 'models');
    await mkdir(join(models, id), { recursive: true });
    const file = { path: 'config.json', bytes: 2, sha256: '0'.repeat(64), revision: null, pinned: false };
    const model = { id, licence: 'MIT', source: 'a folder', installedAt: new Date(0).toISOString(), files: [file] };
    await writeFile(join(models, id, MANIFEST), serialise(model));
    await writeFile(join(models, id, 'config.json'), '{}');
    const { stdout } = await quarry(['doctor', folder, '--index-dir', indexDir, '--models-dir', models, '--json']);
    const checks = JSON.parse(stdout) as readonly HealthCheck[];
    const of = (name: string) => checks.find((check) => check.name === name);
    expect(of('models')).toMatchObject({ state: 'problem', finding: `Files of ${id} are missing or changed.` });
    expect(of('models')?.advice).toContain('quarry models download');
    expect(of('device')?.finding).toMatch(/^bundled runs on cpu.*CodeRankEmbed cannot be loaded.*The bundled model serves in its place/);
  });

  it('says what differs from the disk, and who writes', async () => {
    const { client, folder, indexDir } = await indexed();
    await writeFile(join(folder, 'late.ts'), 'export const late = 1;\n');
    const { code, states, text } = await doctor(folder, indexDir);
    expect({ code, freshness: states.freshness }).toEqual({ code: 0, freshness: 'warning' });
    expect(text).toContain(`Process ${client.pid()} writes the index`);
    expect(text).toContain('late.ts');
  });

  it('finds rows that the ledger does not promise', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    const { fingerprint, dimension } = JSON.parse(await readFile(join(indexDir, 'index.json'), 'utf8'));
    const store = await openStore({ dir: indexDir, fingerprint, dimension, write: true });
    const [row] = await store.filesByPath(['src/queue.ts']);
    const entry = (await store.ledger()).find(({ path }) => path === 'src/queue.ts');
    if (row === undefined || entry === undefined) throw new Error('the file is not indexed');
    const { language, tokens, skeleton, vector, skeletonVector } = row;
    const file = { ...entry, chunks: entry.chunks + 1, language, tokens, skeleton, vector, skeletonVector };
    await store.commit({ updates: [{ file, chunks: [] }], removed: [] });
    await store.close();
    const { code, states, text } = await doctor(folder, indexDir);
    expect({ code, ledger: states.ledger }).toEqual({ code: 1, ledger: 'problem' });
    expect(text).toContain('src/queue.ts');
  });

  it('finds damage, a newer format, and that there is no index', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    expect((await doctor(folder, join(indexDir, 'none'))).states.store).toBe('problem');
    const description = await readFile(join(indexDir, 'index.json'), 'utf8');
    await writeFile(join(indexDir, 'index.json'), description.replace(/"format": \d+/, '"format": 999'));
    expect(await doctor(folder, indexDir)).toMatchObject({ code: 1, states: { store: 'problem' } });
    await writeFile(join(indexDir, 'index.json'), description);
    for (const file of await readdir(indexDir, { recursive: true })) {
      if (/chunks_.*[/\\]data[/\\].*\.lance$/.test(file)) await truncate(join(indexDir, file), 10);
    }
    expect(await doctor(folder, indexDir)).toMatchObject({ code: 1, states: { store: 'problem' } });
  });
});

describe('the health of a folder', () => {
  it('counts files by language, names what is left out and who writes, and lists generations', async () => {
    const { client, folder } = await indexed();
    const health: FolderHealth = await client.request(GetHealth, { folder });
    expect(health.languages.map(({ language }) => language).sort()).toEqual(['markdown', 'python', 'shellscript', 'typescript']);
    expect(health.skipped).toMatchObject([{ path: 'image.dat' }]);
    expect(health.writer).toMatchObject({ own: true, alive: true });
    expect(health.generations).toMatchObject([{ current: true }]);
  });
});

describe('cleaning', () => {
  it('removes other generations and the indexes of folders that are gone, and nothing else', async () => {
    const { client, folder, indexDir } = await indexed();
    await mkdir(join(indexDir, 'lance', 'chunks_00000000.lance'));
    await writeFile(join(indexDir, 'lance', 'chunks_00000000.lance', 'data'), 'x'.repeat(100_000));
    const root = dirname(indexDir);
    for (const [name, owner] of [
      ['gone', join(root, 'no such folder')],
      ['here', folder],
    ] as const) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'folder.json'), JSON.stringify({ folder: owner }));
    }
    const { freedBytes, orphans } = await client.request(CleanUp, { roots: [root] });
    expect(orphans).toEqual([join(root, 'no such folder')]);
    expect(freedBytes).toBeGreaterThan(50_000);
    expect((await readdir(root)).sort()).toEqual(['here', 'index', 'project']);
    expect((await client.request(GetHealth, { folder })).generations).toHaveLength(1);
    expect((await client.request(GetStatus, { folder })).files).toBe(4);
  });

  it('is done by the next engine when one dies of it', async () => {
    const { client, folder } = await indexed();
    const pid = client.pid();
    const cleaned = client.request(CleanUp, { roots: [] });
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    expect((await cleaned).notes).toEqual([]);
    expect(client.pid()).not.toBe(pid);
    expect((await client.request(GetStatus, { folder })).files).toBe(4);
  });

  it('removes the generation before the one in use, which is kept until then', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    // An emergency: an index without vectors takes the place of the other.
    await (await openedIn(folder, indexDir, true)).stop();
    const back = await openedIn(folder, indexDir);
    const generations = async () => (await back.request(GetHealth, { folder })).generations;
    expect((await generations()).map(({ current }) => current).sort()).toEqual([false, true]);
    const { freedBytes, notes } = await back.request(CleanUp, { roots: [] });
    expect({ notes, generations: (await generations()).map(({ current }) => current) }).toEqual({ notes: [], generations: [true] });
    expect(freedBytes).toBeGreaterThan(1000);
    expect((await readdir(indexDir)).filter((name) => /^(statistics|checked)_/.test(name))).toHaveLength(2);
    await back.stop();
    // Nothing that the next start needs is gone: it reads no file again.
    const { indexedFiles, status } = await (await openedIn(folder, indexDir)).request(WaitForIndex, { folder });
    expect({ indexedFiles, files: status.files }).toEqual({ indexedFiles: 0, files: 4 });
  });

  it('leaves alone an index that is written, and what names no folder', async () => {
    const { client, indexDir } = await indexed();
    const root = dirname(indexDir);
    await mkdir(join(root, 'busy'));
    await writeFile(join(root, 'busy', 'folder.json'), JSON.stringify({ folder: join(root, 'no such folder') }));
    await writeFile(join(root, 'busy', 'writer.lock'), JSON.stringify({ pid: client.pid(), started: '' }));
    await mkdir(join(root, 'nameless'));
    expect((await client.request(CleanUp, { roots: [root, join(root, 'no such root')] })).orphans).toEqual([]);
    expect((await readdir(root)).sort()).toEqual(['busy', 'index', 'nameless', 'project']);
  });

  it('of an index that another process writes is left to that one, and wiping it too', async () => {
    const { folder, indexDir } = await indexed();
    const other = await openedIn(folder, indexDir);
    const { notes } = await other.request(CleanUp, { roots: [] });
    expect(notes).toEqual([expect.stringContaining('is written by another window or process')]);
    await expect(other.request(WipeIndex, { folder })).rejects.toThrow('Another window or process writes the index');
    expect(existsSync(join(indexDir, 'index.json'))).toBe(true);
  });

  it('wipes the index and builds nothing until asked', async () => {
    const { client, folder, indexDir } = await indexed();
    expect((await client.request(WipeIndex, { folder })).freedBytes).toBeGreaterThan(1000);
    expect(existsSync(indexDir)).toBe(false);
    await expect(client.request(GetStatus, { folder })).rejects.toThrow('not open');
    expect(existsSync(indexDir)).toBe(false);
    await rm(folder, { recursive: true });
  });

  it('wipes nothing without a word of the person', async () => {
    const { client, folder, indexDir } = await indexed();
    await client.stop();
    expect((await quarry(['wipe', folder, '--index-dir', indexDir])).code).toBe(2);
    expect(existsSync(join(indexDir, 'index.json'))).toBe(true);
    expect((await quarry(['wipe', folder, '--index-dir', indexDir, '--yes'])).code).toBe(0);
    expect(existsSync(indexDir)).toBe(false);
  });
});

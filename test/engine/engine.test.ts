import { mkdir, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineClient, startEngine } from '../../src/client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { LocateHit, SetUnsaved } from '../../src/protocol/editors.ts';
import {
  ExplainFile,
  FilesChanged,
  GetStatus,
  type IndexStatus,
  OpenFolder,
  Pause,
  Rebuild,
  Resume,
  Search,
  WaitForIndex,
} from '../../src/protocol/engine.ts';
import type { SearchResponse } from '../../src/protocol/search.ts';
import { makeFolder } from './cli.ts';
import { killEngine } from './processes.ts';

const DIST = join(import.meta.dirname, '../../dist');
const clients: EngineClient[] = [];

function engine(keywordOnly = false): EngineClient {
  const client = startEngine({ module: join(DIST, 'engine.mjs'), options: { mediaDir: join(DIST, 'media'), keywordOnly } });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});

const open = (client: EngineClient, folder: string, indexDir: string, paused = false): Promise<IndexStatus> =>
  client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused, index: true });

const ask = (client: EngineClient, query: string, limit = 5): Promise<SearchResponse> =>
  client.request(Search, { query, mode: 'hybrid', limit, rows: 'symbol', filters: {} });

/** `count` files with one function each, named so that a search for the name has one right answer. */
function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `src/part${i % 10}/module${i}.ts`,
      `/** Handles case ${i}. */\nexport function handleCase${i}() {\n  return ${i};\n}\n`,
    ]),
  );
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const symbolOf = async (client: EngineClient, query: string): Promise<string | undefined> => (await ask(client, query)).hits[0]?.symbol;

describe('following the folder', () => {
  const tell = async (client: EngineClient, folder: string, ...paths: string[]): Promise<void> => {
    await client.request(FilesChanged, { folder, paths });
    await client.request(WaitForIndex, { folder });
  };

  it('follows saves, new files, renames, deletions and whole folders', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(12));
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    expect(await symbolOf(client, 'handleCase3')).toBe('handleCase3');

    await writeFile(join(folder, 'src/part3/module3.ts'), 'export function renamedCase() {}\n');
    await tell(client, folder, 'src/part3/module3.ts');
    expect(await symbolOf(client, 'renamedCase')).toBe('renamedCase');
    expect(await symbolOf(client, 'handleCase3')).not.toBe('handleCase3');

    await writeFile(join(folder, 'fresh.py'), 'def brand_new():\n    pass\n');
    await tell(client, folder, 'fresh.py');
    expect(await symbolOf(client, 'brand_new')).toBe('brand_new');

    await rename(join(folder, 'fresh.py'), join(folder, 'moved.py'));
    await tell(client, folder, 'fresh.py', 'moved.py');
    expect((await ask(client, 'brand_new')).hits.filter((hit) => hit.symbol === 'brand_new').map((hit) => hit.path)).toEqual(['moved.py']);

    await rename(join(folder, 'src/part4'), join(folder, 'src/elsewhere'));
    await tell(client, folder, 'src/part4', 'src/elsewhere');
    expect((await ask(client, 'handleCase4')).hits[0]?.path).toBe('src/elsewhere/module4.ts');

    await rm(join(folder, 'src/elsewhere'), { recursive: true });
    await tell(client, folder, 'src/elsewhere');
    expect((await ask(client, 'handleCase4')).hits.some((hit) => hit.path.startsWith('src/elsewhere'))).toBe(false);

    await writeFile(join(folder, '.gitignore'), 'moved.py\n');
    await tell(client, folder, '.gitignore');
    expect(await symbolOf(client, 'brand_new')).not.toBe('brand_new');
    expect((await client.request(ExplainFile, { folder, path: 'moved.py' })).indexed).toBe(false);
  });

  it('never shows a row of a file that is gone, even when nobody told', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(5));
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    await rm(join(folder, 'src/part2/module2.ts'));
    expect((await ask(client, 'handleCase2')).hits.some((hit) => hit.path.endsWith('module2.ts'))).toBe(false);
  });

  it('reads a file again that changed behind its back, as soon as a search shows it', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(5));
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    await writeFile(join(folder, 'src/part2/module2.ts'), '// moved down\n\nexport function handleCase2() {}\n');
    await ask(client, 'handleCase2');
    await client.request(WaitForIndex, { folder });
    expect((await ask(client, 'handleCase2')).hits.find((hit) => hit.symbol === 'handleCase2')?.endLine).toBe(3);
  });
});

describe('a watcher that misses changes', () => {
  it('is made up for by looking at everything now and then, also where size and time stay the same', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(5));
    const client = engine();
    await client.request(OpenFolder, { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused: false, index: true, reconcileMs: 200 });
    await client.request(WaitForIndex, { folder });
    const path = join(folder, 'src/part1/module1.ts');
    const { atime, mtime } = await stat(path);
    await writeFile(path, (await readFile(path, 'utf8')).replace('handleCase1', 'paintsCase1'));
    await utimes(path, atime, mtime);
    await writeFile(join(folder, 'src/unheard.ts'), 'export function unheardCase() {}\n');
    await rm(join(folder, 'src/part2/module2.ts'));
    await until(async () => (await symbolOf(client, 'unheardCase')) === 'unheardCase');
    await until(async () => (await symbolOf(client, 'paintsCase1')) === 'paintsCase1');
    await until(async () => (await symbolOf(client, 'handleCase2')) !== 'handleCase2');
  });
});

describe('texts in editors', () => {
  const saved = '/** Opens the door. */\nexport function openDoor() {\n  return 1;\n}\n';
  const typed = `// A note.\n\n/** Paints the ceiling. */\nexport function paintCeiling() {\n  return 2;\n}\n\n${saved}`;

  it('are searched in place of the file until they are saved or given up, and are never written', async () => {
    const { folder, indexDir } = await makeFolder({ ...manyFiles(5), 'door.ts': saved, 'other.md': '# Other\n\nWords.\n' });
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    await client.request(SetUnsaved, { folder, path: 'door.ts', text: typed });
    expect((await ask(client, 'paintCeiling')).hits[0]).toMatchObject({ path: 'door.ts', symbol: 'paintCeiling', startLine: 3 });
    expect((await ask(client, 'openDoor')).hits.filter(({ symbol }) => symbol === 'openDoor')).toMatchObject([{ startLine: 8 }]);
    const onlyMarkdown = { query: 'paintCeiling', mode: 'hybrid', limit: 5, rows: 'symbol', filters: { languages: ['markdown'] } } as const;
    expect((await client.request(Search, onlyMarkdown)).hits.map(({ path }) => path)).not.toContain('door.ts');
    // What is not indexed on disk is not searched in an editor either.
    await client.request(SetUnsaved, { folder, path: '.env', text: 'export const paintSecret = 1;\n' });
    expect((await ask(client, 'paintSecret')).hits.some(({ path }) => path === '.env')).toBe(false);
    await client.request(SetUnsaved, { folder, path: 'door.ts', text: '' });
    expect((await ask(client, 'openDoor')).hits.some(({ path }) => path === 'door.ts')).toBe(false);
    await client.request(SetUnsaved, { folder, path: 'door.ts', text: null });
    expect((await ask(client, 'openDoor')).hits[0]).toMatchObject({ symbol: 'openDoor', startLine: 1 });
    expect((await ask(client, 'paintCeiling')).hits.some(({ symbol }) => symbol === 'paintCeiling')).toBe(false);
  });

  it('tell where a hit has gone', async () => {
    const client = engine();
    const hit = { symbol: 'openDoor', kind: 'function', startLine: 1, text: saved.trimEnd() } as const;
    expect(await client.request(LocateHit, { path: 'door.ts', text: typed, hit })).toEqual({ startLine: 8, endLine: 11 });
    expect(await client.request(LocateHit, { path: 'door.ts', text: 'export const nothing = 1;\n', hit })).toBeNull();
  });
});

describe('folders one inside the other', () => {
  it('have an index each, and a file of the inner one is found once', async () => {
    const { folder, indexDir } = await makeFolder({ ...manyFiles(3), 'packages/inner/only.ts': 'export function onlyInside() {}\n' });
    const inner = join(folder, 'packages/inner');
    const client = engine();
    await open(client, folder, join(indexDir, 'outer'));
    await open(client, inner, join(indexDir, 'inner'));
    for (const place of [folder, inner]) await client.request(WaitForIndex, { folder: place });
    const { hits } = await ask(client, 'onlyInside');
    expect(hits.filter(({ symbol }) => symbol === 'onlyInside')).toMatchObject([{ folder: inner, path: 'only.ts' }]);
    expect((await ask(client, 'handleCase2')).hits[0]).toMatchObject({ folder, symbol: 'handleCase2' });
    const alone = await client.request(Search, {
      query: 'onlyInside',
      folders: [folder],
      mode: 'hybrid',
      limit: 5,
      rows: 'symbol',
      filters: {},
    });
    expect(alone.hits[0]).toMatchObject({ folder, path: 'packages/inner/only.ts' });
  });
});

describe('pause and rebuild', () => {
  it('does nothing while paused, says so, and goes on after', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(8));
    const client = engine();
    expect((await open(client, folder, indexDir, true)).phase).toBe('paused');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await client.request(GetStatus, { folder })).files).toBe(0);
    await client.request(Resume, { folder });
    await client.request(WaitForIndex, { folder });
    expect((await client.request(GetStatus, { folder })).files).toBe(8);
    await client.request(Pause, { folder });
    await writeFile(join(folder, 'late.ts'), 'export function late() {}\n');
    await client.request(FilesChanged, { folder, paths: ['late.ts'] });
    expect((await client.request(GetStatus, { folder })).phase).toBe('paused');
    expect(await symbolOf(client, 'late')).not.toBe('late');
    await client.request(Resume, { folder });
    await client.request(WaitForIndex, { folder });
    expect(await symbolOf(client, 'late')).toBe('late');
  });

  it('rebuilds everything, also while paused', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(8));
    const client = engine();
    await open(client, folder, indexDir, true);
    await client.request(Rebuild, { folder });
    const { indexedFiles, status } = await client.request(WaitForIndex, { folder });
    expect({ indexedFiles, files: status.files }).toEqual({ indexedFiles: 8, files: 8 });
  });
});

describe('when the process is killed', () => {
  it('in the middle of indexing: the next one finishes, with no file missing and none twice', async () => {
    const count = 400;
    const { folder, indexDir } = await makeFolder(manyFiles(count));
    const client = engine();
    await open(client, folder, indexDir);
    await until(async () => (await client.request(GetStatus, { folder })).files > 20);
    killEngine(client);
    const { status } = await client.request(WaitForIndex, { folder });
    expect(status.files).toBe(count);
    expect(status.chunks).toBe(count);
    const { hits } = await ask(client, 'handleCase77');
    expect(hits.filter((hit) => hit.symbol === 'handleCase77')).toHaveLength(1);
  });

  it('in the middle of a search: the call settles with an answer', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(30));
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    const answers = Promise.all(Array.from({ length: 20 }, (_, i) => ask(client, `handleCase${i}`)));
    killEngine(client);
    for (const [i, { hits }] of (await answers).entries()) expect(hits[0]?.symbol).toBe(`handleCase${i}`);
  });
});

describe('a damaged index', () => {
  it.each(['truncated', 'deleted'])('with %s data files is rebuilt, and answers', async (damage) => {
    const { folder, indexDir } = await makeFolder(manyFiles(20));
    const first = engine();
    await open(first, folder, indexDir);
    await first.request(WaitForIndex, { folder });
    await first.stop();
    for (const file of await readdir(indexDir, { recursive: true })) {
      if (!file.endsWith('.lance') || !file.includes('chunks_')) continue;
      if (!/data[/\\]/.test(file)) continue;
      await (damage === 'truncated' ? truncate(join(indexDir, file), 10) : rm(join(indexDir, file)));
    }
    const second = engine();
    await open(second, folder, indexDir);
    const { status } = await second.request(WaitForIndex, { folder });
    expect(status.files).toBe(20);
    expect(await symbolOf(second, 'handleCase5')).toBe('handleCase5');
  });
});

describe('several processes on one index', () => {
  it('have one writer; another follows, and takes over when the writer is killed', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(10));
    const writer = engine();
    await open(writer, folder, indexDir);
    await writer.request(WaitForIndex, { folder });
    const follower = engine();
    expect((await open(follower, folder, indexDir)).phase).toBe('following');
    expect(await symbolOf(follower, 'handleCase7')).toBe('handleCase7');
    await writeFile(join(folder, 'src/extra.ts'), 'export function extraCase() {}\n');
    await writer.request(FilesChanged, { folder, paths: ['src/extra.ts'] });
    await writer.request(WaitForIndex, { folder });
    await until(async () => (await symbolOf(follower, 'extraCase')) === 'extraCase');
    await writer.stop();
    await until(async () => (await follower.request(GetStatus, { folder })).phase !== 'following');
    await writeFile(join(folder, 'src/last.ts'), 'export function lastCase() {}\n');
    await follower.request(FilesChanged, { folder, paths: ['src/last.ts'] });
    await follower.request(WaitForIndex, { folder });
    expect(await symbolOf(follower, 'lastCase')).toBe('lastCase');
  });

  it('hand over to one that looks many times at the same moment', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(10));
    const writer = engine();
    await open(writer, folder, indexDir);
    await writer.request(WaitForIndex, { folder });
    const follower = engine();
    await open(follower, folder, indexDir);
    // Nobody tells the writer, so that those who wait look again and again.
    await writeFile(join(folder, 'src/late.ts'), 'export function lateCase() {}\n');
    const waiting = Array.from({ length: 12 }, () => follower.request(WaitForIndex, { folder }));
    await writer.stop();
    await Promise.all(waiting);
    expect((await follower.request(GetStatus, { folder })).phase).toBe('ready');
    expect(await symbolOf(follower, 'lateCase')).toBe('lateCase');
  });
});

describe('search', () => {
  it('answers by keywords alone in safe mode and says so', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(10));
    const client = engine(true);
    const status = await open(client, folder, indexDir);
    expect(status.semantic).toBe(false);
    await client.request(WaitForIndex, { folder });
    const { hits, mode, notes } = await ask(client, 'handleCase4');
    expect({ symbol: hits[0]?.symbol, mode }).toEqual({ symbol: 'handleCase4', mode: 'keyword' });
    expect(notes.join(' ')).toMatch(/keyword/i);
  });

  it('finds code like a selection, and not the selection itself', async () => {
    const body = (name: string): string =>
      `export function ${name}(items: number[]) {\n  let total = 0;\n  for (const item of items) total += item;\n  return total;\n}\n`;
    const { folder, indexDir } = await makeFolder({
      ...manyFiles(10),
      'a.ts': body('sumOf'),
      'b.ts': body('addAll'),
    });
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    const { hits } = await client.request(Search, {
      query: 'similar',
      mode: 'hybrid',
      limit: 3,
      rows: 'symbol',
      filters: {},
      similarTo: { path: 'a.ts', startLine: 1, endLine: 5, text: body('sumOf') },
    });
    expect(hits[0]?.symbol).toBe('addAll');
    expect(hits.some((hit) => hit.path === 'a.ts')).toBe(false);
  });

  it('answers over two folders at once, each row with its folder', async () => {
    const one = await makeFolder({ 'a.ts': 'export function openDoor() {}\n' });
    const two = await makeFolder({ 'b.ts': 'export function openWindow() {}\n' });
    const client = engine();
    for (const { folder, indexDir } of [one, two]) {
      await open(client, folder, indexDir);
      await client.request(WaitForIndex, { folder });
    }
    const { hits } = await ask(client, 'open');
    expect(new Set(hits.map((hit) => `${hit.folder} ${hit.symbol}`))).toEqual(
      new Set([`${one.folder} openDoor`, `${two.folder} openWindow`]),
    );
  });

  it('answers while the first indexing still runs', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(600));
    const client = engine();
    await open(client, folder, indexDir);
    await until(async () => (await ask(client, 'handleCase')).hits.length > 0);
    const { coverage, notes } = await ask(client, 'handleCase');
    if (coverage < 1) expect(notes.join(' ')).toMatch(/searchable so far/);
    const { status } = await client.request(WaitForIndex, { folder });
    expect(status.files).toBe(600);
  });

  it('keeps unreadable and odd files from harming others', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(3));
    await mkdir(join(folder, 'dir.ts'));
    const client = engine();
    await open(client, folder, indexDir);
    const { status } = await client.request(WaitForIndex, { folder });
    expect(status).toMatchObject({ files: 3, phase: 'ready' });
  });
});

describe('settings that change', () => {
  it('take effect at once, and every question meanwhile finds what it found before', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(60));
    const client = engine();
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    let asking = true;
    const answers = (async () => {
      const seen = new Set<string | undefined>();
      while (asking) seen.add(await symbolOf(client, 'handleCase1'));
      return [...seen];
    })();
    for (const exclude of [['src/part9/**'], [], ['src/part8/**'], []]) {
      await client.request(OpenFolder, { folder, indexDir, files: { ...DEFAULT_FILE_SETTINGS, exclude }, paused: false, index: true });
      const { status } = await client.request(WaitForIndex, { folder });
      expect(status.files).toBe(exclude.length === 0 ? 60 : 54);
    }
    asking = false;
    expect(await answers).toEqual(['handleCase1']);
  });

  it('an open folder that is asked for again stays as it is', async () => {
    const { folder, indexDir } = await makeFolder(manyFiles(3));
    const client = engine();
    const phases: string[] = [];
    await open(client, folder, indexDir);
    await client.request(WaitForIndex, { folder });
    client.onStatus(({ phase }) => phases.push(phase));
    expect((await open(client, folder, indexDir)).phase).toBe('ready');
    expect(phases).toEqual([]);
  });
});

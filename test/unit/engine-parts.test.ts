import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/core/embedder.ts';
import { draftFile } from '../../src/engine/draftFile.ts';
import { createEmbedQueue } from '../../src/engine/embedQueue.ts';
import { createGate } from '../../src/engine/gate.ts';
import { readLastCheck, writeLastCheck } from '../../src/engine/lastCheck.ts';
import { identityOf } from '../../src/engine/processIdentity.ts';
import { createWorkQueue } from '../../src/engine/workQueue.ts';
import { takeWriterLock } from '../../src/engine/writerLock.ts';

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'quarry-'));

describe('work queue', () => {
  it.each([
    ['single paths stay single', ['src/a.ts', 'src/b.ts'], { all: false, paths: ['src/a.ts', 'src/b.ts'] }],
    ['the same path twice is looked at once', ['a', 'a'], { all: false, paths: ['a'] }],
    ['no path means everything', [], { all: true, paths: [] }],
    ['an ignore file decides about others', ['src/a.ts', 'lib/.gitignore'], { all: true, paths: [] }],
    ['so does a branch switch', ['.git/HEAD'], { all: true, paths: [] }],
    ['many paths are cheaper as a whole', Array.from({ length: 500 }, (_, i) => `f${i}`), { all: true, paths: [] }],
  ])('%s', (_, paths, work) => {
    const queue = createWorkQueue();
    queue.add(paths);
    expect(queue.take()).toEqual(work);
    expect(queue.take()).toBeUndefined();
  });
});

describe('gate', () => {
  it('holds what passes while it is closed', async () => {
    const gate = createGate(true);
    let passed = false;
    const passing = gate.passed().then(() => {
      passed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(passed).toBe(false);
    gate.open();
    await passing;
    expect(passed).toBe(true);
  });
});

describe('the last look at everything', () => {
  it('is one that nobody knows of when the clock was set back since', async () => {
    const dir = await folder();
    const at = Date.now() - 60_000;
    await writeLastCheck(dir, 'f', at);
    const known = await readLastCheck(dir, 'f');
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(at);
    await writeLastCheck(dir, 'f', Date.now() + 86_400_000);
    expect(await readLastCheck(dir, 'f')).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('a file that has become something else since it was listed', () => {
  it.each<[string, (path: string) => unknown]>([
    ['a link to a file elsewhere', (path) => symlink('/etc/passwd', path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a directory', (path) => mkdir(path)],
  ])('is gone when it is %s', async (_, become) => {
    const dir = await folder();
    await become(join(dir, 'a.ts'));
    const never = () => Promise.reject(new Error('It is not read.'));
    const file = { path: 'a.ts', knownHash: '', knownSkip: '' } as const;
    expect(await draftFile({ chunk: never, chunkFile: never }, dir, file, 1_000_000)).toEqual({ path: 'a.ts', state: 'gone' });
  });
});

describe('embed queue', () => {
  const order: string[] = [];
  const embedder: Embedder = {
    step: 64,
    info: {
      id: 't',
      revision: '',
      dimension: 1,
      maxTokens: 1,
      device: 'cpu',
      dtype: 'f',
      fusion: { form: 'convex', keyword: 1, dense: 1 },
    },
    embed: async (texts, side) => {
      order.push(`${side} ${texts.length}`);
      await new Promise((resolve) => setImmediate(resolve));
      return Float32Array.from(texts, Number);
    },
  };

  it('lets a question overtake a long run of documents and keeps every row in its place', async () => {
    const queue = createEmbedQueue(embedder);
    const texts = Array.from({ length: 500 }, (_, i) => String(i));
    const documents = queue.embed(texts, { side: 'document', urgent: false }, () => false);
    await new Promise((resolve) => setImmediate(resolve));
    const question = await queue.embed(['7'], { side: 'query', urgent: true }, () => false);
    expect([...question]).toEqual([7]);
    const at = order.indexOf('query 1');
    expect(at).toBeGreaterThan(0);
    expect([...(await documents)]).toEqual(texts.map(Number));
    expect(order.length - 1).toBeGreaterThan(at);
  });

  it('settles a cancelled job and goes on with the next', async () => {
    const queue = createEmbedQueue(embedder);
    const cancelled = queue.embed(['1'], { side: 'document', urgent: false }, () => true);
    const next = queue.embed(['2'], { side: 'document', urgent: false }, () => false);
    expect([...(await cancelled)]).toEqual([0]);
    expect([...(await next)]).toEqual([2]);
  });
});

describe('writer lock', () => {
  it('is held by one and free again after release', async () => {
    const dir = await folder();
    const first = await takeWriterLock(dir);
    expect(first).toBeDefined();
    expect(await takeWriterLock(dir)).toBeUndefined();
    await first?.release();
    expect(await takeWriterLock(dir)).toBeDefined();
  });

  it('is taken over from an owner that was killed', async () => {
    const dir = await folder();
    const script = join(dir, 'owner.ts');
    await writeFile(
      script,
      `import { takeWriterLock } from ${JSON.stringify(join(import.meta.dirname, '../../src/engine/writerLock.ts'))};
      await takeWriterLock(${JSON.stringify(dir)}); process.send('held'); setInterval(() => {}, 1000);`,
    );
    const owner = fork(script, { execArgv: [] });
    await once(owner, 'message');
    expect(await takeWriterLock(dir)).toBeUndefined();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(await takeWriterLock(dir)).toBeDefined();
  });

  // Which process has a number now is told by Linux alone.
  it.skipIf(process.platform !== 'linux')('is taken over when the number of its owner belongs to a later process', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'writer.lock'), JSON.stringify(identityOf(process.ppid)));
    expect(await takeWriterLock(dir)).toBeUndefined();
    await writeFile(join(dir, 'writer.lock'), JSON.stringify({ pid: process.ppid, started: '1' }));
    expect(await takeWriterLock(dir)).toBeDefined();
  });

  it.each(['', '{', '{"pid":"x"}'])('is taken over when its file is damaged: %j', async (content) => {
    const dir = await folder();
    await writeFile(join(dir, 'writer.lock'), content);
    expect(await takeWriterLock(dir)).toBeDefined();
    expect(JSON.parse(await readFile(join(dir, 'writer.lock'), 'utf8')).pid).toBe(process.pid);
  });

  it('has one winner when many claim a stale lock at once', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'writer.lock'), JSON.stringify({ pid: 2 ** 30, started: '' }));
    for (let round = 0; round < 30; round++) {
      await writeFile(join(dir, 'writer.lock'), JSON.stringify({ pid: 2 ** 30 + round, started: '' }));
      const claims = await Promise.all(Array.from({ length: 20 }, () => takeWriterLock(dir)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(JSON.parse(await readFile(join(dir, 'writer.lock'), 'utf8')).pid).toBe(process.pid);
    }
    expect(await readdir(dir)).toEqual(['writer.lock']);
  });

  it('is taken over from one that died while it took the lock over from another', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'writer.lock'), JSON.stringify({ pid: 2 ** 30, started: '' }));
    await writeFile(join(dir, `writer.lock.after-${2 ** 30}-`), JSON.stringify({ pid: 2 ** 30 + 1, started: '' }));
    const lock = await takeWriterLock(dir);
    expect(lock).toBeDefined();
    expect(await takeWriterLock(dir)).toBeUndefined();
    await lock?.release();
    expect(await readdir(dir)).toEqual([]);
  });
});

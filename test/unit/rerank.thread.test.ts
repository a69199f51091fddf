import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import type { RerankerEntry } from '../../src/core/modelCatalogue.ts';
import type { RerankJob } from '../../src/core/rerank/reranker.ts';
import { openCrashMarks } from '../../src/engine/rerank/crashMarks.ts';
import { createLocalRerankers, type LocalModel } from '../../src/engine/rerank/localRerankers.ts';
import { LoadReranker, ReadPairs, ReleaseReranker } from '../../src/engine/rerank/messages.ts';
import type { WorkerConnection } from '../../src/engine/worker.ts';
import { findModel } from '../../src/models/catalogue.ts';

/** How the engine treats the thread that reranks, whatever that thread does. */

const IDS = ['cross-encoder/ms-marco-MiniLM-L-6-v2', 'mixedbread-ai/mxbai-rerank-xsmall-v1'] as const;
const JOB: RerankJob = { question: 'q', documents: ['a', 'b'], instruction: 'code', budgetMs: Number.POSITIVE_INFINITY };
const LONG = 60_000;

function model(id: (typeof IDS)[number] = IDS[0], weightBytes = 1000): LocalModel {
  return { entry: findModel(id) as RerankerEntry, folder: '/nowhere', choices: [], threads: 1, key: id, weightBytes };
}

interface Thread {
  readonly requests: string[];
  /** Ends it, as a crash would. */
  die(reason: string): void;
}

type Read = (job: RerankJob, isCancelled: () => boolean) => Promise<readonly (number | null)[] | null>;

/** Threads that answer as they are told, in this thread. */
function threads(read: Read, load: () => Promise<void> = async () => undefined) {
  const started: Thread[] = [];
  const start = (): WorkerConnection => {
    const { port1, port2 } = new MessageChannel();
    const requests: string[] = [];
    const worker = createMessageConnection(new PortMessageReader(port2), new PortMessageWriter(port2));
    const connection = createMessageConnection(new PortMessageReader(port1), new PortMessageWriter(port1));
    let die: (reason: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => {
      die = (reason) => {
        port2.close();
        resolve(reason);
      };
    });
    worker.onRequest(LoadReranker, async () => {
      requests.push('load');
      await load();
      return { device: 'cpu', dtype: 'q8', reason: '' };
    });
    worker.onRequest(ReadPairs, (job, token) => {
      requests.push('read');
      return read(job, () => token.isCancellationRequested);
    });
    worker.onRequest(ReleaseReranker, () => {
      requests.push('release');
      setImmediate(() => die('exit code 0'));
    });
    void gone.then(() => connection.dispose());
    worker.listen();
    connection.listen();
    started.push({ requests, die });
    return { connection, gone, stop: () => undefined };
  };
  onTestFinished(() => {
    for (const { die } of started) die('the test is over');
  });
  return { started, start };
}

async function rerankers(
  { start }: Pick<ReturnType<typeof threads>, 'start'>,
  change: { readonly availableBytes?: number; readonly answer?: number; readonly load?: number; readonly stuck?: number } = {},
) {
  const { availableBytes = 1e12, ...patience } = change;
  const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
  const onStuck = vi.fn();
  const local = createLocalRerankers({ start, availableBytes: () => availableBytes, marks: openCrashMarks(dir), onStuck, patience });
  return { local, onStuck, dir };
}

const never = new AbortController().signal;
const scores: Read = async ({ documents }) => documents.map((_, at) => at / 10);

describe('a thread that reranks', () => {
  test('is started once, reads, and is asked to end when nobody uses it', async () => {
    const fake = threads(scores);
    const { local, dir } = await rerankers(fake);
    const reranker = await local.ready(model(), 20, never);
    expect(reranker.info).toEqual({ id: IDS[0], kind: 'cross-encoder', device: 'cpu', dtype: 'q8' });
    expect(await reranker.rerank(JOB, never)).toEqual([0, 0.1]);
    expect(await (await local.ready(model(), 20, never)).rerank(JOB, never)).toEqual([0, 0.1]);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toEqual(['load', 'read', 'read', 'release']), 10_000);
    expect(fake.started).toHaveLength(1);
    // The next question gets a new thread, and no mark is left behind.
    await (await local.ready(model(), LONG, never)).rerank(JOB, never);
    expect(fake.started).toHaveLength(2);
    expect(await readdir(join(dir, '.reranking'))).toEqual([]);
  });

  test('is replaced for another model only when it has answered', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const fake = threads(async (job, isCancelled) => {
      await held;
      return scores(job, isCancelled);
    });
    const { local } = await rerankers(fake);
    const reading = (await local.ready(model(IDS[0]), LONG, never)).rerank(JOB, never);
    const other = local.ready(model(IDS[1]), LONG, never);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toEqual(['load', 'read']), 10_000);
    expect(fake.started).toHaveLength(1);
    answer();
    expect(await reading).toEqual([0, 0.1]);
    expect((await other).info.id).toBe(IDS[1]);
    expect(fake.started[0]?.requests).toEqual(['load', 'read', 'release']);
  });

  test('drops what an older question asked for between two pairs, and answers the newer one', async () => {
    const dropped = vi.fn();
    const fake = threads(async (job, isCancelled) => {
      if (job.question === 'old') {
        await vi.waitFor(() => expect(isCancelled()).toBe(true), 10_000);
        dropped();
        return null;
      }
      return scores(job, isCancelled);
    });
    const { local } = await rerankers(fake);
    const reranker = await local.ready(model(), LONG, never);
    const older = new AbortController();
    const old = reranker.rerank({ ...JOB, question: 'old' }, older.signal);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toContain('read'), 10_000);
    const settled = expect(old).rejects.toThrow('A newer question came.');
    const next = reranker.rerank(JOB, never);
    older.abort();
    await settled;
    expect(await next).toEqual([0, 0.1]);
    expect(dropped).toHaveBeenCalledOnce();
  });
});

describe('what goes wrong becomes one sentence', () => {
  test('not enough memory: nothing is loaded', async () => {
    const fake = threads(scores);
    const { local } = await rerankers(fake, { availableBytes: 400e6 });
    await expect(local.ready(model(IDS[0], 200e6), LONG, never)).rejects.toThrow(
      `${IDS[0]} needs about 590 MB of memory, and 400 MB are free.`,
    );
    expect(fake.started).toEqual([]);
  });

  test('a model that cannot be loaded: the thread goes, and the next try starts anew', async () => {
    let fails = true;
    const fake = threads(scores, async () => {
      if (fails) throw new Error('no graph of this model is installed');
    });
    const { local } = await rerankers(fake);
    await expect(local.ready(model(), LONG, never)).rejects.toThrow(`${IDS[0]} could not be loaded: no graph of this model is installed.`);
    fails = false;
    expect(await (await local.ready(model(), LONG, never)).rerank(JOB, never)).toEqual([0, 0.1]);
    expect(fake.started).toHaveLength(2);
    expect(fake.started[0]?.requests).toEqual(['load', 'release']);
  });

  test('a thread that dies while it loads, and one that dies while it reads', async () => {
    const loading = threads(scores, () => new Promise(() => undefined));
    const first = (await rerankers(loading)).local.ready(model(), LONG, never);
    const failed = expect(first).rejects.toThrow(`${IDS[0]} could not be loaded: out of memory.`);
    await vi.waitFor(() => expect(loading.started[0]?.requests).toEqual(['load']), 10_000);
    loading.started[0]?.die('out of memory');
    await failed;

    const reading = threads(() => new Promise(() => undefined));
    const { local } = await rerankers(reading);
    const answer = (await local.ready(model(), LONG, never)).rerank(JOB, never);
    const ended = expect(answer).rejects.toThrow(`${IDS[0]} ended while it was reading: exit code 7.`);
    await vi.waitFor(() => expect(reading.started[0]?.requests).toContain('read'), 10_000);
    reading.started[0]?.die('exit code 7');
    await ended;
    await local.ready(model(), LONG, never);
    expect(reading.started).toHaveLength(2);
  });

  test('a model that hangs: the answer does not wait, later ones neither, and the process is given up', async () => {
    const fake = threads(() => new Promise(() => undefined));
    const { local, onStuck } = await rerankers(fake, { answer: 30, stuck: 30 });
    const reranker = await local.ready(model(), LONG, never);
    await expect(reranker.rerank(JOB, never)).rejects.toThrow(/did not answer within/);
    await expect(local.ready(model(), LONG, never)).rejects.toThrow(`${IDS[0]} does not answer.`);
    await vi.waitFor(() => expect(onStuck).toHaveBeenCalledOnce(), 10_000);
    expect(fake.started).toHaveLength(1);
  });

  test('a model that was slow once is used again', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fake = threads(async (job, isCancelled) => {
      await held;
      return scores(job, isCancelled);
    });
    const { local, onStuck } = await rerankers(fake, { answer: 30, stuck: LONG });
    const reranker = await local.ready(model(), LONG, never);
    await expect(reranker.rerank(JOB, never)).rejects.toThrow(/did not answer/);
    release();
    await vi.waitFor(async () => expect(await (await local.ready(model(), LONG, never)).rerank(JOB, never)).toEqual([0, 0.1]), 10_000);
    expect(onStuck).not.toHaveBeenCalled();
  });
});

describe('the mark of a model that works', () => {
  const dead = async (dir: string, deaths: number): Promise<void> => {
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    const pid = child.pid;
    await once(child, 'exit');
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(dir, '.reranking'), { recursive: true });
    await writeFile(join(dir, '.reranking', `${pid}.json`), JSON.stringify({ owner: { pid, started: '' }, model: IDS[0], deaths }));
  };

  test('a process that died leaves word: one answer without reranking, then another try', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
    await dead(dir, 0);
    const marks = openCrashMarks(dir);
    expect(await marks.problem(IDS[1])).toBe('');
    expect(await marks.problem(IDS[0])).toBe(`The search engine ended while ${IDS[0]} was reranking.`);
    expect(await marks.problem(IDS[0])).toBe('');
    const end = await marks.begin(IDS[0]);
    expect(await readdir(join(dir, '.reranking'))).toEqual([`${process.pid}.json`]);
    await end();
    expect(await readdir(join(dir, '.reranking'))).toEqual([]);
  });

  test('after the second death the model is left alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
    await dead(dir, 1);
    const marks = openCrashMarks(dir);
    for (const _ of [1, 2]) expect(await marks.problem(IDS[0])).toMatch(/ended 2 times while .* not used until the engine is restarted/);
  });

  test('a process that lives and works is no dead one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quarry-'));
    await openCrashMarks(dir).begin(IDS[0]);
    expect(await openCrashMarks(dir).problem(IDS[0])).toBe('');
  });
});

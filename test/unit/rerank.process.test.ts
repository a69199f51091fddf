import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import type { RerankerEntry } from '../../src/core/modelCatalogue.ts';
import type { RerankJob } from '../../src/core/rerank/reranker.ts';
import type { ChildConnection } from '../../src/engine/childProcess.ts';
import { createLocalRerankers, type LocalModel } from '../../src/engine/rerank/localRerankers.ts';
import { LoadReranker, ReadPairs } from '../../src/engine/rerank/messages.ts';
import { findModel } from '../../src/models/catalogue.ts';

/** How the engine treats the process that reranks, whatever that process does. */

const IDS = ['cross-encoder/ms-marco-MiniLM-L-6-v2', 'mixedbread-ai/mxbai-rerank-xsmall-v1'] as const;
const JOB: RerankJob = { question: 'q', documents: ['a', 'b'], instruction: 'code', budgetMs: Number.POSITIVE_INFINITY };
const LONG = 60_000;

function model(id: (typeof IDS)[number] = IDS[0], weightBytes = 1000): LocalModel {
  return { entry: findModel(id) as RerankerEntry, folder: '/nowhere', choices: [], threads: 1, key: id, weightBytes };
}

interface Child {
  readonly requests: string[];
  /** Ends it, as a crash would. */
  die(reason: string): void;
}

type Read = (job: RerankJob, isCancelled: () => boolean) => Promise<readonly (number | null)[] | null>;

/** Processes that answer as they are told; they live in this one. */
function children(read: Read, load: () => Promise<void> = async () => undefined) {
  const started: Child[] = [];
  const start = (): ChildConnection => {
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
    void gone.then(() => connection.dispose());
    worker.listen();
    connection.listen();
    started.push({ requests, die });
    const kill = () => {
      requests.push('kill');
      die('was killed');
    };
    return { connection, pid: undefined, gone, kill };
  };
  onTestFinished(() => {
    for (const { die } of started) die('the test is over');
  });
  return { started, start };
}

function rerankers(
  { start }: Pick<ReturnType<typeof children>, 'start'>,
  change: { readonly availableBytes?: number; readonly answer?: number; readonly load?: number; readonly rest?: number } = {},
) {
  const { availableBytes = 1e12, ...patience } = change;
  return createLocalRerankers({ start, availableBytes: () => availableBytes, patience });
}

const never = new AbortController().signal;
const scores: Read = async ({ documents }) => documents.map((_, at) => at / 10);

describe('a process that reranks', () => {
  test('is started once, reads, and is ended when nobody uses it', async () => {
    const fake = children(scores);
    const local = rerankers(fake);
    const reranker = await local.ready(model(), LONG, never);
    expect(reranker.info).toEqual({ id: IDS[0], kind: 'cross-encoder', device: 'cpu', dtype: 'q8' });
    expect(await reranker.rerank(JOB, never)).toEqual([0, 0.1]);
    expect(await (await local.ready(model(), 20, never)).rerank(JOB, never)).toEqual([0, 0.1]);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toEqual(['load', 'read', 'read', 'kill']), LONG);
    expect(fake.started).toHaveLength(1);
    // The next question gets a new process.
    await (await local.ready(model(), LONG, never)).rerank(JOB, never);
    expect(fake.started).toHaveLength(2);
  });

  test('is replaced for another model only when it has answered', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const fake = children(async (job, isCancelled) => {
      await held;
      return scores(job, isCancelled);
    });
    const local = rerankers(fake);
    const reading = (await local.ready(model(IDS[0]), LONG, never)).rerank(JOB, never);
    const other = local.ready(model(IDS[1]), LONG, never);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toEqual(['load', 'read']), LONG);
    expect(fake.started).toHaveLength(1);
    answer();
    expect(await reading).toEqual([0, 0.1]);
    expect((await other).info.id).toBe(IDS[1]);
    expect(fake.started[0]?.requests).toEqual(['load', 'read', 'kill']);
  });

  test('drops what an older question asked for between two pairs, and answers the newer one', async () => {
    const dropped = vi.fn();
    const fake = children(async (job, isCancelled) => {
      if (job.question === 'old') {
        await vi.waitFor(() => expect(isCancelled()).toBe(true), LONG);
        dropped();
        return null;
      }
      return scores(job, isCancelled);
    });
    const local = rerankers(fake);
    const reranker = await local.ready(model(), LONG, never);
    const older = new AbortController();
    const old = reranker.rerank({ ...JOB, question: 'old' }, older.signal);
    await vi.waitFor(() => expect(fake.started[0]?.requests).toContain('read'), LONG);
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
    const fake = children(scores);
    const local = rerankers(fake, { availableBytes: 400e6 });
    await expect(local.ready(model(IDS[0], 200e6), LONG, never)).rejects.toThrow(
      `${IDS[0]} needs about 590 MB of memory, and 400 MB are free.`,
    );
    expect(fake.started).toEqual([]);
  });

  test('a model that cannot be loaded: the process goes, and the next try starts anew', async () => {
    let fails = true;
    const fake = children(scores, async () => {
      if (fails) throw new Error('no graph of this model is installed');
    });
    const local = rerankers(fake);
    await expect(local.ready(model(), LONG, never)).rejects.toThrow(`${IDS[0]} could not be loaded: no graph of this model is installed.`);
    fails = false;
    expect(await (await local.ready(model(), LONG, never)).rerank(JOB, never)).toEqual([0, 0.1]);
    expect(fake.started).toHaveLength(2);
    expect(fake.started[0]?.requests).toEqual(['load', 'kill']);
  });

  test('a process that dies while it loads, and one that dies while it reads', async () => {
    const loading = children(scores, () => new Promise(() => undefined));
    const first = rerankers(loading).ready(model(), LONG, never);
    const failed = expect(first).rejects.toThrow(`the process of ${IDS[0]} was killed by SIGKILL.`);
    await vi.waitFor(() => expect(loading.started[0]?.requests).toEqual(['load']), LONG);
    loading.started[0]?.die('was killed by SIGKILL');
    await failed;

    const reading = children(() => new Promise(() => undefined));
    const local = rerankers(reading);
    const answer = (await local.ready(model(), LONG, never)).rerank(JOB, never);
    const ended = expect(answer).rejects.toThrow(`the process of ${IDS[0]} ended with exit code 7.`);
    await vi.waitFor(() => expect(reading.started[0]?.requests).toContain('read'), LONG);
    reading.started[0]?.die('ended with exit code 7');
    await ended;
    await local.ready(model(), LONG, never);
    expect(reading.started).toHaveLength(2);
  });

  test('a model that hangs: the answer does not wait, its process is ended, and the next question gets another one', async () => {
    let hangs = true;
    const fake = children(async (job, isCancelled) => (hangs ? new Promise(() => undefined) : scores(job, isCancelled)));
    const local = rerankers(fake, { answer: 2000 });
    const reranker = await local.ready(model(), LONG, never);
    await expect(reranker.rerank(JOB, never)).rejects.toThrow(/did not answer within/);
    expect(fake.started[0]?.requests).toEqual(['load', 'read', 'kill']);
    hangs = false;
    expect(await (await local.ready(model(), LONG, never)).rerank(JOB, never)).toEqual([0, 0.1]);
    expect(fake.started).toHaveLength(2);
  });

  test.each([
    ['is left alone', LONG],
    ['is tried again after a while', 0],
  ])('a model that kills its process time after time %s; another one is not', async (_, rest) => {
    const fake = children(() => new Promise(() => undefined));
    const local = rerankers(fake, { rest });
    for (const at of [0, 1]) {
      const answer = (await local.ready(model(), LONG, never)).rerank(JOB, never);
      const ended = expect(answer).rejects.toThrow(`the process of ${IDS[0]} was killed by SIGKILL.`);
      await vi.waitFor(() => expect(fake.started[at]?.requests).toContain('read'), LONG);
      fake.started[at]?.die('was killed by SIGKILL');
      await ended;
    }
    const third = local.ready(model(), LONG, never);
    if (rest > 0) await expect(third).rejects.toThrow(/has ended 2 times while it was working: it is tried again in 60 seconds\.$/);
    else expect((await third).info.id).toBe(IDS[0]);
    expect((await local.ready(model(IDS[1]), LONG, never)).info.id).toBe(IDS[1]);
    expect(fake.started).toHaveLength(rest > 0 ? 3 : 4);
  });
});

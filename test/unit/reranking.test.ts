import { describe, expect, test, vi } from 'vitest';
import type { RerankJob } from '../../src/core/rerank/reranker.ts';
import { rerankText } from '../../src/core/rerank/words.ts';
import { createReading } from '../../src/engine/rerank/readPairs.ts';
import { createReranking } from '../../src/engine/rerank/reranking.ts';
import { createScoreCache } from '../../src/engine/rerank/scoreCache.ts';
import type { Pair, PairReader } from '../../src/inference/rerank/pairReader.ts';
import { hitsAt, placesOf } from './panelHits.ts';

/** From the rows of retrieval to their reranked order, with rerankers that are made up. */

const never = new AbortController().signal;
const HITS = hitsAt('a.ts:1', 'b.ts:2', 'c.ts:3', 'd.ts:4').map((hit, at) => ({ ...hit, score: 1 - at / 10, text: `text ${at}` }));

/** The score of each row by the number in its text. */
function reranking(scores: readonly (number | null)[], options: { readonly device?: string } = {}) {
  const jobs: RerankJob[] = [];
  const service = createReranking(async () => ({
    id: 'owner/model',
    key: 'model 1',
    ready: async () => ({
      info: { id: 'owner/model', kind: 'cross-encoder', device: options.device ?? 'cpu', dtype: 'q8' },
      rerank: async (job) => {
        jobs.push(job);
        return job.documents.map((text) => scores[Number(text.at(-1))] ?? null);
      },
    }),
  }));
  return { service, jobs };
}

describe('reranking', () => {
  test('puts rows into the order of the model, and each says how far it moved and why', async () => {
    const { service, jobs } = reranking([0.2, 0.1, 0.9, 0.3]);
    const { hits, metrics } = await service.rerank(HITS, 'question', { blend: 1 }, never);
    expect(placesOf(hits as never)).toEqual(['c.ts:3', 'd.ts:4', 'a.ts:1', 'b.ts:2']);
    expect(hits.map(({ reranked }) => reranked)).toEqual([
      { score: 0.9, moved: 2 },
      { score: 0.3, moved: 2 },
      { score: 0.2, moved: -2 },
      { score: 0.1, moved: -2 },
    ]);
    expect(hits[0]?.why.at(-1)).toMatchObject({
      signal: 'rerank',
      detail: 'reread with the question by owner/model: 0.900, up 2 from place 3',
    });
    expect(hits.map(({ score }) => score)).toEqual([0.8, 0.7, 1, 0.9]);
    expect(metrics).toMatchObject({ reranker: 'owner/model', device: 'cpu', candidates: 4, fallback: '' });
    expect(metrics.msEach).toBeGreaterThan(0);
    expect(jobs[0]?.documents[0]).toBe('a.ts f1\ntext 0');
  });

  test('reads no pair twice, and another question or instruction is another pair', async () => {
    const { service, jobs } = reranking([0.1, 0.2, 0.3, 0.4]);
    await service.rerank(HITS.slice(0, 3), 'question', {}, never);
    const { hits, metrics } = await service.rerank(HITS, 'question', { blend: 1 }, never);
    expect(jobs.map(({ documents }) => documents.length)).toEqual([3, 1]);
    expect(hits[0]?.path).toBe('d.ts');
    expect(metrics.candidates).toBe(4);
    expect((await service.rerank(HITS, 'question', {}, never)).metrics).toMatchObject({ candidates: 4, msEach: 0 });
    expect(jobs).toHaveLength(2);
    await service.rerank(HITS, 'question', { instruction: 'qa' }, never);
    await service.rerank(HITS, 'another question', {}, never);
    expect(jobs.map(({ documents }) => documents.length)).toEqual([3, 1, 4, 4]);
  });

  test('leaves rows that were not read behind the others, in their order', async () => {
    const { service } = reranking([0.1, 0.9, null, null]);
    const { hits, metrics } = await service.rerank(HITS, 'question', { blend: 1 }, never);
    expect(placesOf(hits as never)).toEqual(['b.ts:2', 'a.ts:1', 'c.ts:3', 'd.ts:4']);
    expect(hits[2]).toBe(HITS[2]);
    expect(metrics.candidates).toBe(2);
  });

  test('gives the time budget to a CPU only', async () => {
    const onCpu = reranking([0.1, 0.2, 0.3, 0.4]);
    await onCpu.service.rerank(HITS, 'question', { budgetMs: 800 }, never);
    expect(onCpu.jobs[0]?.budgetMs).toBe(800);
    const onGpu = reranking([0.1, 0.2, 0.3, 0.4], { device: 'cuda' });
    await onGpu.service.rerank(HITS, 'question', { budgetMs: 800 }, never);
    expect(onGpu.jobs[0]?.budgetMs).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['no number', [0.1, Number.NaN, 0.3, 0.4], /^Not reranked: owner\/model does not work here\. It gave a score that is no number/],
    ['the same for everything', [0.5, 0.5, 0.5, 0.5], /same score/],
    ['out of range', [0.1, 2, 0.3, 0.4], /no number from 0 to 1/],
  ])('output that is %s leaves the order of retrieval, with the reason', async (_, scores, reason) => {
    const { service } = reranking(scores);
    const { hits, metrics } = await service.rerank(HITS, 'question', {}, never);
    expect(hits).toBe(HITS);
    expect(metrics).toMatchObject({ reranker: 'owner/model', candidates: 0 });
    expect(metrics.fallback).toMatch(reason);
    // Nothing of it is remembered.
    expect((await service.rerank(HITS, 'question', {}, never)).metrics.candidates).toBe(0);
  });

  test('a model that cannot be chosen or loaded leaves the order of retrieval, with the reason', async () => {
    const service = createReranking(async () => {
      throw new Error('No reranker is installed.');
    });
    const { hits, metrics } = await service.rerank(HITS, 'question', { model: 'x/y' }, never);
    expect(hits).toBe(HITS);
    expect(metrics).toMatchObject({ reranker: 'x/y', candidates: 0, fallback: 'Not reranked: No reranker is installed.' });
  });
});

test('the score cache forgets what was not used for longest', () => {
  const cache = createScoreCache(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

describe('reading pairs', () => {
  const job = (documents: readonly string[], budgetMs = Number.POSITIVE_INFINITY): RerankJob => ({
    question: 'q',
    documents,
    instruction: '',
    budgetMs,
  });
  const DOCUMENTS = ['1 short', '2 a good deal longer', '3 mid length', '4 x'];

  function reading(pairs: number, score: () => void = () => undefined) {
    const read: string[][] = [];
    const ids = ({ document }: Pair) => [...document].map((letter) => letter.charCodeAt(0));
    const reader: PairReader = {
      device: 'cpu',
      dtype: 'q8',
      reason: '',
      batch: { pairs, tokens: 1000 },
      encode: (pair) => ({ ids: ids(pair), typeIds: [] }),
      score: async (rows) => {
        score();
        read.push(rows.map((row) => String.fromCharCode(row.ids[0] ?? 0)));
        return rows.map((row) => ((row.ids[0] ?? 0) - 48) / 10);
      },
      dispose: async () => undefined,
    };
    return { read, run: createReading(reader) };
  }

  test('one by one keeps the order; batches go by length, and scores find their documents again', async () => {
    const single = reading(1);
    expect(await single.run(job(DOCUMENTS), () => false)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(single.read).toEqual([['1'], ['2'], ['3'], ['4']]);
    const batched = reading(2);
    expect(await batched.run(job(DOCUMENTS), () => false)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(batched.read).toEqual([
      ['4', '1'],
      ['3', '2'],
    ]);
  });

  test('stops between two pairs when it is cancelled', async () => {
    let cancelled = false;
    const { read, run } = reading(1, () => {
      cancelled = true;
    });
    expect(await run(job(DOCUMENTS), () => cancelled)).toBeUndefined();
    expect(read).toEqual([['1']]);
  });

  test('reads what fits the time: the first pair is measured, and then the rest is known', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      // A millisecond a pair, whatever its length, and a budget of little more than two.
      const { read, run } = reading(1, () => vi.advanceTimersByTime(1));
      const same = ['1 same', '2 same', '3 same', '4 same'];
      expect(await run(job(same, 2.5), () => false)).toEqual([0.1, 0.2, null, null]);
      expect(read).toHaveLength(2);
      expect(await run(job(same, 0.5), () => false)).toEqual([null, null, null, null]);
      expect(await run(job(same, 100), () => false)).toEqual([0.1, 0.2, 0.3, 0.4]);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('what is said about it is the same everywhere', () => {
  const facts = { rerankMs: 610.4, reranker: 'Alibaba-NLP/gte-reranker', device: 'cpu', candidates: 20 };
  expect(rerankText(facts)).toBe('reranked 20 with gte-reranker on CPU, 610 ms');
  expect(rerankText({ ...facts, rerankMs: 1610, device: '' })).toBe('reranked 20 with gte-reranker, 1.6 s');
  expect(rerankText({ ...facts, candidates: 0 })).toBe('');
});

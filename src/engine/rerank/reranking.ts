import { blendOrder } from '../../core/rerank/blend.ts';
import { rerankDocument } from '../../core/rerank/document.ts';
import type { Reranker, RerankJob } from '../../core/rerank/reranker.ts';
import { scoreProblem } from '../../core/rerank/scores.ts';
import { CANDIDATES, RERANK_DEFAULTS, type RerankOptions, type SearchMetrics } from '../../protocol/rerank.ts';
import type { SearchHit } from '../../protocol/search.ts';
import { messageOf } from '../services.ts';
import { createScoreCache } from './scoreCache.ts';

/** A reranker that has been chosen and may have to be loaded first. */
export interface RerankerChoice {
  readonly id: string;
  /** Changes whenever the same pair may get another score. */
  readonly key: string;
  /** A model that orders a list says nothing about a single pair: the list as a whole is remembered. */
  readonly reads?: 'pairs' | 'list';
  ready(signal: AbortSignal): Promise<Reranker>;
}

/** Finds the reranker for these options; throws one sentence when there is none. */
export type RerankerSource = (options: RerankOptions) => Promise<RerankerChoice>;

export interface RerankedHits {
  readonly hits: readonly SearchHit[];
  readonly metrics: Omit<SearchMetrics, 'retrievalMs'>;
}

interface Scored {
  readonly scores: readonly (number | null)[];
  readonly msEach: number;
}

export interface Reranking {
  /** Never rejects: what does not work leaves the order of retrieval, with the reason. */
  rerank(hits: readonly SearchHit[], question: string, options: RerankOptions, signal: AbortSignal): Promise<RerankedHits>;
  prepare(options: RerankOptions): Promise<void>;
}

export const NOT_RERANKED: RerankedHits['metrics'] = { rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' };

/** How many rows are read at most. */
export function candidateCount(options: RerankOptions): number {
  const wanted = Math.round(options.candidates ?? RERANK_DEFAULTS.candidates);
  return Math.min(CANDIDATES.most, Math.max(CANDIDATES.least, wanted));
}

export function createReranking(source: RerankerSource): Reranking {
  const cache = createScoreCache();
  /** Where each model ran last, for answers that need no model because every pair was read before. */
  const devices = new Map<string, string>();

  /** One score a document, null for those that do not fit the time; and what one of those that had to be read took. */
  async function scores(choice: RerankerChoice, job: RerankJob, listMs: number, signal: AbortSignal): Promise<Scored> {
    const isList = choice.reads === 'list';
    const keyOf = cache.keys(isList ? JSON.stringify([choice.key, job.documents]) : choice.key, job);
    const keys = job.documents.map(keyOf);
    const known = keys.map((key) => cache.get(key) ?? null);
    const unknown = [...known.keys()].filter((at) => known[at] === null);
    if (unknown.length === 0) return { scores: known, msEach: 0 };
    const missing = isList ? [...known.keys()] : unknown;
    const reranker = await choice.ready(signal);
    devices.set(choice.key, reranker.info.device);
    const documents = missing.map((at) => job.documents[at] ?? '');
    // A GPU reads everything in a fraction of the time that a person waits for anyway.
    const budgetMs = isList ? listMs : reranker.info.device === 'cpu' ? job.budgetMs : Number.POSITIVE_INFINITY;
    const startedAt = performance.now();
    const read = await reranker.rerank({ ...job, documents, budgetMs }, signal);
    const ms = performance.now() - startedAt;
    const problem = scoreProblem(read, documents);
    if (problem !== '') throw new Error(`${choice.id} does not work here. ${problem}`);
    missing.forEach((at, index) => {
      const score = read[index] ?? null;
      known[at] = score;
      if (score !== null) cache.set(keys[at] ?? '', score);
    });
    return { scores: known, msEach: ms / Math.max(1, read.filter((score) => score !== null).length) };
  }

  return {
    async rerank(hits, question, options, signal) {
      const startedAt = performance.now();
      const reranker = { id: options.model ?? '', device: '' };
      try {
        const choice = await source(options);
        reranker.id = choice.id;
        const top = hits.slice(0, candidateCount(options));
        const job: RerankJob = {
          question,
          documents: top.map(rerankDocument),
          instruction: options.instruction ?? RERANK_DEFAULTS.instruction,
          budgetMs: options.budgetMs ?? Number.POSITIVE_INFINITY,
        };
        const nothing: Scored = { scores: top.map(() => null), msEach: 0 };
        const { scores: read, msEach } =
          top.length < 2 ? nothing : await scores(choice, job, options.listMs ?? RERANK_DEFAULTS.listMs, signal);
        reranker.device = devices.get(choice.key) ?? '';
        const candidates = read.filter((score) => score !== null).length;
        const weight = Math.min(1, Math.max(0, options.blend ?? RERANK_DEFAULTS.blend));
        const order = blendOrder(
          top.map(({ score }) => score),
          read,
          weight,
        );
        const ordered = order.flatMap((from, to) => {
          const hit = top[from];
          return hit === undefined ? [] : [withRerank(hit, read[from] ?? null, from, to, choice.id)];
        });
        return {
          hits: [...ordered, ...hits.slice(top.length)],
          metrics: {
            rerankMs: performance.now() - startedAt,
            reranker: choice.id,
            device: reranker.device,
            candidates,
            msEach,
            fallback: '',
          },
        };
      } catch (error) {
        const metrics = { ...NOT_RERANKED, rerankMs: performance.now() - startedAt, reranker: reranker.id, device: reranker.device };
        return { hits, metrics: { ...metrics, fallback: `Not reranked: ${messageOf(error)}` } };
      }
    },
    async prepare(options) {
      const choice = await source(options);
      await choice.ready(new AbortController().signal);
    },
  };
}

function withRerank(hit: SearchHit, score: number | null, from: number, to: number, model: string): SearchHit {
  if (score === null) return hit;
  const moved = from - to;
  const way = moved === 0 ? `stays at place ${to + 1}` : `${moved > 0 ? 'up' : 'down'} ${Math.abs(moved)} from place ${from + 1}`;
  const detail = `reread with the question by ${model}: ${score.toFixed(3)}, ${way}`;
  return { ...hit, reranked: { score, moved }, why: [...hit.why, { signal: 'rerank', effect: 'info', value: score, detail }] };
}

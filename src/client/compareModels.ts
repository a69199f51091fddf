import type { CancellationToken, RequestType } from 'vscode-jsonrpc';
import type { ComparedQuestion, ModelRun } from '../core/compare.ts';
import { type EndpointChoice, parseEndpoint } from '../core/endpoints/address.ts';
import { Search } from '../protocol/engine.ts';
import { type ListedModel, ListModels } from '../protocol/models.ts';
import { EDITOR_MODEL, type RerankOptions } from '../protocol/rerank.ts';
import type { SearchRequest, SearchResponse } from '../protocol/search.ts';

/** What embeds for a model that is compared: the model that serves anyway, words alone, one of the catalogue, or a server. */
export type ComparedEmbedder =
  | { readonly kind: 'current' | 'keyword' }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'endpoint'; readonly choice: EndpointChoice };

export interface ComparedModel {
  readonly name: string;
  readonly embedder: ComparedEmbedder;
  readonly rerank?: RerankOptions;
}

/** An engine with the folders open and indexed by one embedder. */
export interface ComparedEngine {
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  close(): Promise<void>;
}

export interface CompareJob {
  /** As a person writes them: an embedder, a reranker, or both as `<embedder>+<reranker>`. */
  readonly models: readonly string[];
  readonly questions: readonly ComparedQuestion[];
  /** Absolute paths, as the engine names them; undefined searches all that are open. */
  readonly folders?: readonly string[];
  /** Opens an engine and waits for its index. Rejects with one sentence. */
  readonly open: (embedder: ComparedEmbedder) => Promise<ComparedEngine>;
  readonly onProgress: (model: string, done: number, total: number) => void;
  readonly token?: CancellationToken;
}

/** A name that stands for no model; the message is one sentence with those that do. */
export class UnknownModelError extends Error {}

/** Rows of each answer: enough for recall@50. */
const DEPTH = 50;

/** Asks every question of every model, one after the other. Throws one sentence when a model is not known or cannot be used. */
export async function runModels(job: CompareJob): Promise<readonly ModelRun[]> {
  let current: ComparedEngine | undefined = await job.open({ kind: 'current' });
  let key = JSON.stringify({ kind: 'current' });
  try {
    const { models: catalogue } = await current.request(ListModels, {});
    const models = job.models.map((text) => readModel(text, catalogue));
    const runs: ModelRun[] = [];
    for (const model of models) {
      // Words need no index of their own.
      const embedder: ComparedEmbedder = model.embedder.kind === 'keyword' ? { kind: 'current' } : model.embedder;
      const wanted = JSON.stringify(embedder);
      if (wanted !== key) {
        await current?.close();
        current = undefined;
        current = await job.open(embedder);
        key = wanted;
      }
      runs.push(await runModel(current as ComparedEngine, model, job));
      if (job.token?.isCancellationRequested === true) break;
    }
    return runs;
  } finally {
    await current?.close();
  }
}

async function runModel(engine: ComparedEngine, model: ComparedModel, job: CompareJob): Promise<ModelRun> {
  const answers: SearchResponse['hits'][] = [];
  const ms: number[] = [];
  const problems = new Map<string, number>();
  for (const { query } of job.questions) {
    if (job.token?.isCancellationRequested === true) break;
    job.onProgress(model.name, answers.length, job.questions.length);
    const request: SearchRequest = {
      query,
      mode: model.embedder.kind === 'keyword' ? 'keyword' : 'hybrid',
      limit: DEPTH,
      rows: 'symbol',
      filters: {},
      ...(job.folders === undefined ? {} : { folders: job.folders }),
      ...(model.rerank === undefined ? {} : { rerank: model.rerank }),
    };
    const response = await engine.request(Search, request, job.token);
    answers.push(response.hits);
    ms.push(response.ms);
    const problem = response.metrics.fallback || (response.mode === request.mode ? '' : (response.notes.at(-1) ?? 'by keywords only'));
    if (problem !== '') problems.set(problem, (problems.get(problem) ?? 0) + 1);
  }
  const note = [...problems].map(([problem, count]) => `${count} of ${job.questions.length} questions: ${problem}`).join(' ');
  return { name: model.name, answers: answers.map((hits) => hits.map((hit) => ({ ...hit, names: hit.names ?? [] }))), ms, note };
}

/** What a person means by `bundled`, `keyword`, `nomic-ai/CodeRankEmbed`, `ollama:m@http://h`, a reranker, or `<embedder>+<reranker>`. */
export function readModel(text: string, catalogue: readonly Pick<ListedModel, 'entry'>[]): ComparedModel {
  const name = text.trim();
  const plus = name.lastIndexOf('+');
  const [before, after] = plus < 0 ? [] : [readPart(name.slice(0, plus), catalogue), readPart(name.slice(plus + 1), catalogue)];
  if (before !== undefined && before.rerank === undefined && after?.rerank !== undefined)
    return { name, embedder: before.embedder, rerank: after.rerank };
  const whole = readPart(name, catalogue);
  if (whole !== undefined) return { name, ...whole };
  const known = catalogue.map(({ entry }) => entry.id).filter((id) => id !== 'endpoint');
  throw new UnknownModelError(
    `There is no model ${name}; there is ${['keyword', ...known, EDITOR_MODEL].join(', ')}, and <api>:<model>@<url>.`,
  );
}

function readPart(text: string, catalogue: readonly Pick<ListedModel, 'entry'>[]): Omit<ComparedModel, 'name'> | undefined {
  const choice = parseEndpoint(text);
  if (choice !== undefined) return { embedder: { kind: 'endpoint', choice } };
  if (text === 'keyword' || text === 'current') return { embedder: { kind: text } };
  if (text === EDITOR_MODEL || text.startsWith(`${EDITOR_MODEL}:`)) return { embedder: { kind: 'current' }, rerank: { model: text } };
  const entry = catalogue.find((one) => one.entry.id === text)?.entry;
  if (entry === undefined || entry.id === 'endpoint') return undefined;
  if (entry.role === 'reranker') return { embedder: { kind: 'current' }, rerank: { model: entry.id } };
  return { embedder: { kind: 'model', id: entry.id } };
}

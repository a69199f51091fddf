import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import { bestLine, matchedWords } from '../core/highlight.ts';
import { questionTokens } from '../core/identifiers.ts';
import { resolveLanguage } from '../core/languages.ts';
import { analyseQuestion } from '../core/query/analyse.ts';
import { textCondition } from '../core/query/filter.ts';
import { type ParsedQuery, parseQuery } from '../core/query/parse.ts';
import { mergeHops } from '../core/ranking/hops.ts';
import { rank } from '../core/ranking/rank.ts';
import type { Candidate, Ranked, RankInput } from '../core/ranking/types.ts';
import { ErrorCode } from '../protocol/engine.ts';
import type { SearchHit, SearchMode, SearchRequest, SearchResponse } from '../protocol/search.ts';
import type { IndexStore, RowFilter } from '../store/types.ts';
import { gatherCandidates } from './candidates.ts';
import { engineError } from './errors.ts';
import type { FolderIndex } from './folderIndex.ts';
import { followHops } from './hops.ts';
import { candidateCount, NOT_RERANKED, type RerankedHits, type Reranking } from './rerank/reranking.ts';
import { type EngineServices, messageOf } from './services.ts';

/** Distinct words of pasted code that are searched; the rarest say most, and each costs the store time. */
const MOST_TOKENS = 32;

/** Answers one question over one or more folders, best first. */
export async function search(
  indexes: readonly FolderIndex[],
  services: EngineServices,
  reranking: Reranking,
  request: SearchRequest,
  token: CancellationToken,
): Promise<SearchResponse> {
  const startedAt = performance.now();
  const query = parseQuery(request.query, resolveLanguage);
  if (query.text === '' && query.symbols.length === 0 && request.similarTo === undefined) {
    throw engineError(ErrorCode.BadQuery, 'Type a question or some words to search for.');
  }
  const notes: string[] = [...query.hints];
  const timings: Record<string, number> = {};
  const wanted = servedMode(request.mode, services, notes);
  const embedded = wanted === 'keyword' ? null : await timed(timings, 'embed', () => tryToEmbed(services, request, query, token, notes));
  const mode = embedded === undefined ? 'keyword' : wanted;
  const vector = embedded ?? null;
  const limit = request.rerank === undefined ? request.limit : Math.max(request.limit, candidateCount(request.rerank));
  const wide = { ...request, limit };
  const found = await Promise.all(indexes.map((index) => searchFolder(index, services, wide, query, mode, vector, timings)));
  const retrieved = found.flat().sort((a, b) => b.score - a.score);
  const retrievalMs = performance.now() - startedAt;
  const { hits, metrics } = await rerankedHits(reranking, retrieved, request, query.text, token);
  const coverage = coverageOf(indexes);
  if (coverage < 1) notes.push(`${Math.round(coverage * 100)} % of the files are searchable so far.`);
  return {
    hits: hits.slice(0, request.limit),
    ms: performance.now() - startedAt,
    timings,
    mode,
    coverage,
    notes,
    metrics: { ...metrics, retrievalMs },
  };
}

async function rerankedHits(
  reranking: Reranking,
  hits: readonly SearchHit[],
  { rerank, similarTo }: SearchRequest,
  question: string,
  token: CancellationToken,
): Promise<RerankedHits> {
  if (rerank === undefined) return { hits, metrics: NOT_RERANKED };
  // Rerankers were trained on questions, and code is no question.
  if (similarTo !== undefined) return { hits, metrics: { ...NOT_RERANKED, fallback: 'Similar code is not reranked.' } };
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  if (token.isCancellationRequested) controller.abort();
  try {
    return await reranking.rerank(hits, question, rerank, controller.signal);
  } finally {
    subscription.dispose();
  }
}

async function searchFolder(
  index: FolderIndex,
  services: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  mode: SearchMode,
  vector: Float32Array | null,
  timings: Record<string, number>,
): Promise<readonly SearchHit[]> {
  const question = request.similarTo?.text ?? query.text;
  const condition = textCondition(query);
  const filter = rowFilter(request, query);
  const { similarTo } = request;
  const isWanted = (row: Candidate): boolean =>
    (condition === null || condition(row)) &&
    !(similarTo?.path === row.path && similarTo.startLine <= row.endLine && similarTo.endLine >= row.startLine);
  const ranked = await index.read(async (store, corpus) => {
    const statistics = corpus.current();
    const tokens = questionTokens(question)
      .map((token) => ({ token, frequency: statistics.chunkFrequency(token) }))
      .sort((a, b) => a.frequency - b.frequency)
      .slice(0, MOST_TOKENS)
      .map(({ token }) => token);
    const found = await timed(timings, 'store', () =>
      gatherCandidates(store, {
        tokens: mode === 'semantic' ? '' : tokens.join(' '),
        vector,
        names: [...query.symbols, ...analyseQuestion(question).names],
        filter,
        conditional: condition !== null,
      }),
    );
    const input: RankInput = {
      question,
      candidates: found.candidates.filter(isWanted),
      files: found.files,
      statistics,
      questionVector: vector,
      mode,
      rows: request.rows,
      limit: request.limit,
      fusion: services.embedder?.info.fusion ?? { form: 'convex', keyword: 1, dense: 0 },
      without: new Set(request.without ?? []),
    };
    const first = await timed(timings, 'rank', () => Promise.resolve(rank(input)));
    if (request.hops !== 2) return first;
    return timed(timings, 'hop', () => secondHop(store, input, first, filter, isWanted));
  });
  if (ranked === undefined) return [];
  const present = await timed(timings, 'disk', () => stillOnDisk(index, ranked));
  return present.map((row) => toHit(index.folder, row, question));
}

/** Ranks the pool again with what the first answers lead to, and joins both orders. */
async function secondHop(
  store: IndexStore,
  input: RankInput,
  first: readonly Ranked[],
  filter: RowFilter,
  isWanted: (row: Candidate) => boolean,
): Promise<readonly Ranked[]> {
  const pool = await followHops(store, {
    ranked: first,
    pool: input.candidates,
    files: input.files,
    statistics: input.statistics,
    filter,
    isWanted,
  });
  if (pool.hops.length === 0) return first;
  const candidates = [...input.candidates, ...pool.candidates];
  const all = rank({ ...input, candidates, files: [...input.files, ...pool.files], limit: candidates.length });
  return mergeHops(first, all, pool.hops, input.limit);
}

function toHit(folder: string, { candidate, score, why }: Ranked, question: string): SearchHit {
  const { path, startLine, endLine, symbol, names, kind, language, text } = candidate;
  return {
    folder,
    path,
    startLine,
    endLine,
    symbol,
    names: names.split(' ').filter((name) => name !== ''),
    kind,
    language,
    score,
    text,
    bestLine: bestLine(text, startLine, question),
    matched: matchedWords(text, question),
    why,
  };
}

/** Looks at the files of the rows: a file that is gone has no row, and one that changed is read again at once. */
async function stillOnDisk(index: FolderIndex, ranked: readonly Ranked[]): Promise<readonly Ranked[]> {
  const paths = [...new Set(ranked.map(({ candidate }) => candidate.path))];
  const stats = await Promise.all(paths.map((path) => lstat(join(index.folder, path)).catch(() => undefined)));
  const gone = new Set<string>();
  const changed: string[] = [];
  paths.forEach((path, at) => {
    const stat = stats[at];
    const known = index.ledger.get(path);
    if (stat === undefined) gone.add(path);
    if (stat === undefined || known === undefined || stat.size !== known.size || stat.mtimeMs !== known.mtimeMs) changed.push(path);
  });
  if (changed.length > 0) index.changed(changed);
  return gone.size === 0 ? ranked : ranked.filter(({ candidate }) => !gone.has(candidate.path));
}

/** Undefined when it fails, with a note that says why: words still answer. */
async function tryToEmbed(
  services: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  token: CancellationToken,
  notes: string[],
): Promise<Float32Array | null | undefined> {
  try {
    return await questionVector(services, request, query, token);
  } catch (error) {
    notes.push(`By keywords only: ${messageOf(error)}`);
    return undefined;
  }
}

async function questionVector(
  services: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  token: CancellationToken,
): Promise<Float32Array | null> {
  const { embedder } = services;
  if (embedder === undefined) return null;
  const { similarTo } = request;
  // Code is compared with code: it is embedded as a document, cut as the index cuts it.
  const vector = similarTo
    ? await embedder.embed(
        [(await services.chunkText(similarTo.path, similarTo.text))[0]?.embeddingText ?? similarTo.text],
        'document',
        token,
      )
    : await embedder.embed([query.text], 'query', token);
  return vector.some((value) => value !== 0) ? vector : null;
}

function rowFilter(request: SearchRequest, query: ParsedQuery): RowFilter {
  const { filters } = request;
  const both = (a: readonly string[] = [], b: readonly string[] = []): readonly string[] => [...a, ...b];
  return {
    languages: both(filters.languages, query.languages),
    include: both(filters.include, query.include),
    exclude: both(filters.exclude, query.exclude),
    kinds: [...(filters.kinds ?? []), ...query.kinds],
  };
}

function servedMode(wanted: SearchMode, services: EngineServices, notes: string[]): SearchMode {
  if (wanted === 'keyword' || services.embedder !== undefined) return wanted;
  notes.push(services.embedderProblem);
  return 'keyword';
}

function coverageOf(indexes: readonly FolderIndex[]): number {
  let done = 0;
  let total = 0;
  for (const index of indexes) {
    const { files, filesDone, filesTotal } = index.status();
    done += files;
    total += Math.max(files, files + filesTotal - filesDone);
  }
  return total === 0 ? 1 : done / total;
}

async function timed<T>(timings: Record<string, number>, name: string, action: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await action();
  } finally {
    timings[name] = Math.max(timings[name] ?? 0, performance.now() - startedAt);
  }
}

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc';
import { chunkEmbeddingText } from '../core/documents.ts';
import type { FusionForm } from '../core/embedder.ts';
import { bestLine, matchedWords, type SharedTokens, tokensShared } from '../core/highlight.ts';
import { questionTokens } from '../core/identifiers.ts';
import { resolveLanguage } from '../core/languages.ts';
import { analyseQuestion } from '../core/query/analyse.ts';
import { textCondition } from '../core/query/filter.ts';
import { type ParsedQuery, parseQuery } from '../core/query/parse.ts';
import { placesAmong, placesIn } from '../core/query/places.ts';
import { asMeant, correctTypos, noteOf } from '../core/query/typos.ts';
import { mergeHops } from '../core/ranking/hops.ts';
import { isStage, rank, STAGE_NAMES } from '../core/ranking/rank.ts';
import type { Candidate, Ranked, RankInput } from '../core/ranking/types.ts';
import { ErrorCode } from '../protocol/engine.ts';
import type { SearchHit, SearchMode, SearchRequest, SearchResponse } from '../protocol/search.ts';
import type { IndexStore, RowFilter } from '../store/types.ts';
import { gatherCandidates } from './candidates.ts';
import type { EmbedService } from './embedService.ts';
import { engineError } from './errors.ts';
import { embedderKey } from './fingerprint.ts';
import type { FolderIndex } from './folderIndex.ts';
import { followHops } from './hops.ts';
import { withoutInner } from './nestedFolders.ts';
import { candidateCount, NOT_RERANKED, type RerankedHits, type Reranking } from './rerank/reranking.ts';
import { type EngineServices, messageOf } from './services.ts';

/** Distinct words of pasted code that are searched; the rarest say most, and each costs the store time. */
const MOST_TOKENS = 32;
/** The question's vector, null for a question without words, undefined when it could not be embedded. */
type Embedded = Float32Array | null | undefined;

const BY_WORDS: FusionForm = { form: 'convex', keyword: 1, dense: 0 };

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
    const filtered = query.languages.length + query.kinds.length + query.include.length + query.exclude.length > 0;
    throw engineError(
      ErrorCode.BadQuery,
      filtered ? 'A filter says where: type what to look for beside it.' : 'Type a question or some words to search for.',
    );
  }
  const unknown = request.without?.find((name) => !isStage(name));
  if (unknown !== undefined) {
    throw engineError(
      ErrorCode.BadQuery,
      `Ranking has no stage "${unknown}". Stages are ${STAGE_NAMES.join(', ')}, and path-<class> such as path-test.`,
    );
  }
  const notes: string[] = [...query.hints];
  const wanted = servedMode(request.mode, indexes, services, notes);
  const timings: Record<string, number> = {};
  const vectors = new Map<string, Promise<Embedded>>();
  /** Folders whose indexes were made with the same embedder share the question's vector. */
  const vectorFor = (embedder: EmbedService): Promise<Embedded> => {
    const key = embedderKey(embedder.info);
    const known = vectors.get(key) ?? timed(timings, 'embed', () => tryToEmbed(embedder, services, request, query, token, notes));
    vectors.set(key, known);
    return known;
  };
  const limit = request.rerank === undefined ? request.limit : Math.max(request.limit, candidateCount(request.rerank));
  const wide = { ...request, limit };
  const found = await Promise.all(indexes.map((index) => searchFolder(index, services, wide, query, wanted, vectorFor, timings, notes)));
  const embedded = await Promise.all(vectors.values());
  const mode = embedded.length > 0 && embedded.every((vector) => vector === undefined) ? 'keyword' : wanted;
  const folders = indexes.map(({ folder }) => folder);
  const retrieved = found.flatMap((rows, at) => withoutInner(rows, folders[at] ?? '', folders)).sort((a, b) => b.score - a.score);
  const retrievalMs = performance.now() - startedAt;
  const { hits, metrics } = await rerankedHits(reranking, retrieved, request, query.text || query.symbols.join(' '), token);
  if (mode === 'hybrid' && request.similarTo === undefined && hits.length > 0 && hits.every(({ matched }) => matched.length === 0))
    notes.push('None of these words stands there: these places are the nearest in meaning.');
  const coverage = coverageOf(indexes);
  if (coverage < 1) notes.push(`${Math.round(coverage * 100)} % of the files are searchable so far.`);
  const building = indexes.flatMap((index) => index.status().building ?? []);
  const least = Math.min(...building.map((one) => one.coverage));
  if (building.length > 0) notes.push(`The index before this one answers while the new one is built (${Math.floor(least * 100)} %).`);
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
  // Nobody asked for anything in the file: its places are in its order.
  if (analyseQuestion(question).kind === 'path') return { hits, metrics: { ...NOT_RERANKED, fallback: 'A path is not reranked.' } };
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
  { ordinaryWords }: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  wanted: SearchMode,
  vectorFor: (embedder: EmbedService) => Promise<Embedded>,
  timings: Record<string, number>,
  notes: string[],
): Promise<readonly SearchHit[]> {
  let question = request.similarTo?.text ?? query.text;
  const condition = textCondition(query);
  const filter = rowFilter(request, query);
  const { similarTo } = request;
  const isWanted = (row: Candidate): boolean =>
    (condition === null || condition(row)) &&
    !(similarTo?.path === row.path && similarTo.startLine <= row.endLine && similarTo.endLine >= row.startLine);
  const ranked = await index.read(async ({ store, corpus, embedder }) => {
    const embedded = embedder === undefined || wanted === 'keyword' ? undefined : await vectorFor(embedder);
    const mode = embedded === undefined ? 'keyword' : wanted;
    const vector = embedded ?? null;
    const statistics = corpus.current();
    const areForgiven = similarTo === undefined && request.without?.includes('typos') !== true;
    const corrections = areForgiven ? correctTypos(query.text, statistics, ordinaryWords) : [];
    if (areForgiven) question = asMeant(query.text, corrections);
    const tokens = questionTokens(question)
      .map((token) => ({ token, frequency: statistics.chunkFrequency(token) }))
      .sort((a, b) => a.frequency - b.frequency)
      .slice(0, MOST_TOKENS)
      .map(({ token }) => token);
    const asked = analyseQuestion(question);
    const places = similarTo === undefined ? placesAmong(placesIn(query.text), index.ledger.keys()) : [];
    const stored = await timed(timings, 'store', () =>
      gatherCandidates(store, {
        tokens: mode === 'semantic' ? '' : tokens.join(' '),
        vector,
        names: [...query.symbols, ...asked.names],
        symbol: asked.symbol,
        places,
        filter,
        conditional: condition !== null,
      }),
    );
    const found = index.unsaved.over(stored, filter, embedderKey(embedder?.info));
    const input: RankInput = {
      question,
      candidates: found.candidates.filter(isWanted),
      files: found.files,
      statistics,
      questionVector: vector,
      mode,
      rows: request.rows,
      limit: request.limit,
      places,
      fusion: embedder?.info.fusion ?? BY_WORDS,
      near: request.near ?? [],
      recent: corpus.recent,
      names: corpus.names,
      without: new Set(request.without ?? []),
    };
    const first = await timed(timings, 'rank', () => Promise.resolve(rank(input)));
    const texts = corrections.length === 0 ? [] : first.map(({ candidate }) => `${candidate.path} ${candidate.text}`);
    notes.push(...corrections.map((one) => noteOf(one, texts)).filter((note) => !notes.includes(note)));
    if (request.hops !== 2) return first;
    const isSaved = (row: Candidate): boolean => isWanted(row) && !index.unsaved.has(row.path);
    return timed(timings, 'hop', () => secondHop(store, input, first, filter, isSaved));
  });
  if (ranked === undefined) return [];
  const present = await timed(timings, 'disk', () => stillOnDisk(index, ranked));
  const shared = tokensShared(question);
  return present.map((row) => toHit(index.folder, row, shared));
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

function toHit(folder: string, { candidate, score, why }: Ranked, shared: SharedTokens): SearchHit {
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
    bestLine: bestLine(text, startLine, shared),
    matched: matchedWords(text, shared),
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
  embedder: EmbedService,
  services: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  token: CancellationToken,
  notes: string[],
): Promise<Embedded> {
  try {
    return await questionVector(embedder, services, request, query, token);
  } catch (error) {
    notes.push(`By keywords only: ${messageOf(error)}`);
    return undefined;
  }
}

async function questionVector(
  embedder: EmbedService,
  services: EngineServices,
  request: SearchRequest,
  query: ParsedQuery,
  token: CancellationToken,
): Promise<Float32Array | null> {
  const { similarTo } = request;
  // Code is compared with code: it is embedded as a document, cut as the index cuts it.
  const first = similarTo && (await services.chunkText(similarTo.path, similarTo.text))[0];
  const vector = similarTo
    ? await embedder.embed(
        [first === undefined ? similarTo.text : chunkEmbeddingText(first.chunk, similarTo.path)],
        'document',
        token,
        true,
      )
    : await embedder.embed([query.text], 'query', token);
  return vector.some((value) => value !== 0) ? vector : null;
}

function rowFilter(request: SearchRequest, query: ParsedQuery): RowFilter {
  const { filters } = request;
  const both = (a: readonly string[] = [], b: readonly string[] = []): readonly string[] => [...a, ...b].filter((one) => one.trim() !== '');
  return {
    languages: both(filters.languages, query.languages),
    include: both(filters.include, query.include),
    exclude: both(filters.exclude, query.exclude),
    kinds: [...(filters.kinds ?? []), ...query.kinds],
  };
}

function servedMode(wanted: SearchMode, indexes: readonly FolderIndex[], services: EngineServices, notes: string[]): SearchMode {
  if (wanted === 'keyword' || indexes.length === 0 || indexes.some((index) => index.status().semantic)) return wanted;
  notes.push(services.embedderProblem || 'Keyword search only: the index that answers was made with another embedder.');
  return 'keyword';
}

function coverageOf(indexes: readonly FolderIndex[]): number {
  let done = 0;
  let total = 0;
  for (const index of indexes) {
    const { files, filesDone, filesTotal, building } = index.status();
    done += files;
    // What is still to be read is read for the index that does not answer yet.
    total += building === undefined ? Math.max(files, files + filesTotal - filesDone) : files;
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

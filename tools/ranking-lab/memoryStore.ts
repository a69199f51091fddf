import type { Chunk } from '../../src/core/chunk.ts';
import { chunkEmbeddingText, chunkTokens, fileSkeleton, fileTokens, fileVector } from '../../src/core/documents.ts';
import { questionTokens } from '../../src/core/identifiers.ts';
import { languageOf } from '../../src/core/languages.ts';
import { analyseQuestion } from '../../src/core/query/analyse.ts';
import { placesAmong, placesIn } from '../../src/core/query/places.ts';
import { asMeant, correctTypos } from '../../src/core/query/typos.ts';
import { definitionFit } from '../../src/core/ranking/exactSymbol.ts';
import type { Candidate, CorpusStatistics, FileCandidate, RankInput } from '../../src/core/ranking/types.ts';
import { StatisticsBuilder } from '../../src/core/statistics.ts';
import { BUNDLED_FUSION } from '../../src/models/bundledFusion.ts';
import type { LabFile } from './chunks.ts';

export type Embed = (text: string) => Float32Array;

/** How many rows each query of the store returns; the engine's own numbers by default. */
export interface Limits {
  readonly chunks: number;
  readonly files: number;
  readonly names: number;
}

export const DEFAULT_LIMITS: Limits = { chunks: 120, files: 60, names: 60 };

interface Postings {
  readonly rows: number[];
  readonly counts: number[];
}

/** BM25 as the store's full-text index computes it: k1 1.2, b .75. */
class TextIndex {
  readonly #postings = new Map<string, Postings>();
  readonly #lengths: number[] = [];
  #total = 0;

  add(tokens: string): void {
    const row = this.#lengths.length;
    const list = tokens === '' ? [] : tokens.split(' ');
    this.#lengths.push(list.length);
    this.#total += list.length;
    const counts = new Map<string, number>();
    for (const token of list) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, count] of counts) {
      const postings = this.#postings.get(token) ?? { rows: [], counts: [] };
      this.#postings.set(token, postings);
      postings.rows.push(row);
      postings.counts.push(count);
    }
  }

  search(tokens: readonly string[], limit: number): Hits {
    const rows = this.#lengths.length;
    const average = this.#total / rows || 1;
    const scores = new Float32Array(rows);
    for (const token of tokens) {
      const postings = this.#postings.get(token);
      if (postings === undefined) continue;
      const found = postings.rows.length;
      const weight = Math.log(1 + (rows - found + 0.5) / (found + 0.5));
      for (let index = 0; index < found; index += 1) {
        const row = postings.rows[index] as number;
        const count = postings.counts[index] as number;
        const norm = 1.2 * (0.25 + (0.75 * (this.#lengths[row] as number)) / average);
        scores[row] = (scores[row] as number) + (weight * count * 2.2) / (count + norm);
      }
    }
    return best(scores, limit).filter(([, score]) => score > 0);
  }
}

type Hits = [row: number, score: number][];

function best(scores: Float32Array, limit: number): Hits {
  const least = scores.length > limit ? (scores.slice().sort()[scores.length - limit] as number) : Number.NEGATIVE_INFINITY;
  const hits: Hits = [];
  for (let row = 0; row < scores.length; row += 1) if ((scores[row] as number) >= least) hits.push([row, scores[row] as number]);
  return hits.sort((left, right) => right[1] - left[1] || left[0] - right[0]).slice(0, limit);
}

/** The rows nearest to the query; `vectors` holds one row after the other. */
function nearest(vectors: Float32Array, query: Float32Array, limit: number): Hits {
  const scores = new Float32Array(vectors.length / query.length);
  for (let row = 0; row < scores.length; row += 1) {
    let sum = 0;
    const start = row * query.length;
    for (let column = 0; column < query.length; column += 1) sum += (query[column] as number) * (vectors[start + column] as number);
    scores[row] = sum;
  }
  return best(scores, limit);
}

function lastName(symbol: string): string {
  return symbol.split(/\.|::/).at(-1) ?? '';
}

function candidateOf(path: string, language: string, chunk: Chunk, id: number, vector: Float32Array): Candidate {
  const { symbol, kind, startLine, endLine, part, names, text } = chunk;
  const name = kind === 'rest' ? '' : lastName(symbol);
  const tokens = chunkTokens(chunk, path);
  return {
    id: String(id),
    path,
    language,
    kind,
    symbol,
    name,
    names: names.join(' '),
    startLine,
    endLine,
    part,
    text,
    tokens,
    vector,
    keywordScore: 0,
  };
}

function isAt(row: Candidate | undefined, { line }: { readonly line: number }): boolean {
  return row !== undefined && (line === 0 || (row.startLine <= line && line <= row.endLine));
}

/** A corpus in memory that answers the queries the product's store answers, by scanning. */
export class MemoryStore {
  readonly statistics: CorpusStatistics;
  readonly #rows: Candidate[] = [];
  readonly #files: FileCandidate[] = [];
  readonly #positionOf = new Map<string, number>();
  readonly #chunkText = new TextIndex();
  readonly #fileText = new TextIndex();
  readonly #rowsOf = new Map<string, number[]>();
  readonly #byName = new Map<string, number[]>();
  readonly #embed: Embed;
  readonly #vectors: Float32Array;

  constructor(files: readonly LabFile[], embed: Embed) {
    this.#embed = embed;
    const builder = new StatisticsBuilder();
    for (const { path, chunks } of files) {
      const vectors = chunks.map((chunk) => embed(chunkEmbeddingText(chunk, path)));
      const language = languageOf(path, chunks[0]?.text ?? '');
      chunks.forEach((chunk, index) => {
        this.#add(candidateOf(path, language, chunk, this.#rows.length, vectors[index] as Float32Array), builder);
      });
      const vector = fileVector(chunks, vectors);
      const skeletonVector = embed(fileSkeleton(chunks, path));
      this.#positionOf.set(path, this.#files.length);
      this.#files.push({ path, language, chunks: chunks.length, vector, skeletonVector, keywordScore: 0 });
      this.#fileText.add(fileTokens(chunks, path).file);
      builder.addFile(path, vector, skeletonVector);
    }
    const dimension = this.#rows[0]?.vector?.length ?? 0;
    this.#vectors = new Float32Array(this.#rows.length * dimension);
    this.#rows.forEach((row, index) => {
      if (row.vector !== null) this.#vectors.set(row.vector, index * dimension);
    });
    this.statistics = builder.current();
  }

  get rows(): readonly Candidate[] {
    return this.#rows;
  }

  #add(row: Candidate, builder: StatisticsBuilder): void {
    const position = this.#rows.length;
    this.#rows.push(row);
    const ofFile = this.#rowsOf.get(row.path);
    if (ofFile === undefined) this.#rowsOf.set(row.path, [position]);
    else ofFile.push(position);
    this.#chunkText.add(row.tokens);
    builder.addChunk(row.tokens, row.vector);
    for (const name of new Set([row.name, ...row.names.split(' ')].map((part) => part.toLowerCase()))) {
      if (name === '') continue;
      const list = this.#byName.get(name);
      if (list === undefined) this.#byName.set(name, [position]);
      else list.push(position);
    }
  }

  /** What `rank` gets for one question, as the engine would gather it. */
  gather(asked: string, rows: 'file' | 'symbol', limits: Limits): () => RankInput {
    const question = asMeant(asked, correctTypos(asked, this.statistics));
    const tokens = questionTokens(question);
    const vector = this.#embed(asked);
    const textHits = this.#chunkText.search(tokens, limits.chunks);
    const scores = new Map(textHits);
    const found = new Set(textHits.map(([row]) => row));
    for (const [row] of nearest(this.#vectors, vector, limits.chunks)) found.add(row);
    const analysis = analyseQuestion(question);
    const names = analysis.names.flatMap((name) => this.#byName.get(name.toLowerCase()) ?? []);
    const fitOf = (row: number) => (this.#rows[row] === undefined ? 0 : definitionFit(analysis, this.#rows[row]));
    if (analysis.symbol.includes('.')) names.sort((one, other) => fitOf(other) - fitOf(one));
    for (const row of names.slice(0, limits.names)) found.add(row);
    const places = placesAmong(placesIn(asked), this.#positionOf.keys());
    for (const place of places) for (const row of this.#rowsOf.get(place.path) ?? []) if (isAt(this.#rows[row], place)) found.add(row);
    const fileScores = new Map(this.#fileText.search(tokens, limits.files));
    const paths = new Set([...found].map((row) => this.#rows[row]?.path ?? ''));
    const filePositions = [...paths].map((path) => this.#positionOf.get(path) ?? -1);
    const candidates = [...found];
    // Rows are made when they are needed: thousands of questions with their own copies would not fit in memory.
    return () => ({
      question,
      candidates: candidates.flatMap((row) => {
        const candidate = this.#rows[row];
        return candidate === undefined ? [] : [{ ...candidate, keywordScore: scores.get(row) ?? 0 }];
      }),
      files: filePositions.flatMap((position) => {
        const file = this.#files[position];
        return file === undefined ? [] : [{ ...file, keywordScore: fileScores.get(position) ?? 0 }];
      }),
      statistics: this.statistics,
      questionVector: vector,
      mode: 'hybrid',
      rows,
      limit: 10,
      places,
      fusion: BUNDLED_FUSION,
      without: new Set<string>(),
    });
  }
}

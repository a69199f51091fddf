/** Which side of a search a text stands on: some models put a prefix before a question. */
export type EmbedSide = 'query' | 'document';

/** How keyword and vector scores of one embedder are joined. */
export interface FusionForm {
  readonly form: 'convex' | 'rrf';
  /** Weight of the keyword side and of the vector side. */
  readonly keyword: number;
  readonly dense: number;
  /**
   * The vector side's weight where it was measured to differ: for questions that describe code without naming any of it, and for those
   * that speak of a change (`core/query/change.ts`).
   */
  readonly denseOfDescription?: number;
  readonly denseOfChange?: number;
}

/** What the rest of the product knows of an embedding model. */
export interface EmbedderInfo {
  readonly id: string;
  /** Changes whenever the same text would get another vector: it names the index generation. */
  readonly revision: string;
  readonly dimension: number;
  /** Longest input in the model's own tokens; what is longer is cut. */
  readonly maxTokens: number;
  readonly device: string;
  readonly dtype: string;
  readonly fusion: FusionForm;
}

/** Turns texts into unit vectors. Implementations run on a worker thread. */
export interface Embedder {
  readonly info: EmbedderInfo;
  /** Texts that are computed before a question is looked for: few enough that it waits a few milliseconds, or for one chunk. */
  readonly step: number;
  /** One row of `info.dimension` floats a text, in order, each of Euclidean length 1 (all zero for a text without words). */
  embed(texts: readonly string[], side: EmbedSide): Promise<Float32Array>;
}

/** Where and how an embedder runs, for a person: `cpu, q8`. In which format a server computes is its own affair. */
export function placeOf({ device, dtype }: Pick<EmbedderInfo, 'device' | 'dtype'>): string {
  return dtype === 'server' ? device : `${device}, ${dtype}`;
}

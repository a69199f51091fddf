/** What a chunk is. `rest` is what is left between definitions, `section` a heading with its text. */
export type ChunkKind =
  | 'function'
  | 'method'
  | 'class'
  | 'interface'
  | 'struct'
  | 'enum'
  | 'trait'
  | 'type'
  | 'module'
  | 'constant'
  | 'macro'
  | 'section'
  | 'rest';

export const CHUNK_KINDS: readonly ChunkKind[] = [
  'function',
  'method',
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'type',
  'module',
  'constant',
  'macro',
  'section',
  'rest',
];

/** A piece of one file: a definition with its doc comment, a part of a long one, or what is left between them. */
export interface Chunk {
  /** Qualified by its enclosing names, `Class.method`; for `rest` the enclosing symbol; empty at the top of a file. */
  readonly symbol: string;
  readonly kind: ChunkKind;
  /** From 1, inclusive; the doc comment, decorators and attributes above a definition belong to it. */
  readonly startLine: number;
  readonly endLine: number;
  /** 0 for a whole definition or its first part, then 1, 2, ... for the further parts of a long one. */
  readonly part: number;
  /** The doc comment as plain words, without comment markers; empty when there is none. */
  readonly doc: string;
  /** Short names of further definitions inside that have no chunk of their own (methods of a small class). */
  readonly names: readonly string[];
  /** The lines `startLine..endLine` exactly as they stand in the file, joined with `\n`. */
  readonly text: string;
}

/** True for chunks that define their symbol. */
export function isDefinition(kind: ChunkKind): boolean {
  return kind !== 'rest' && kind !== 'section';
}

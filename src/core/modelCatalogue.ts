import type { FusionForm } from './embedder.ts';

/** What the product knows of a model before it is there: the shape of the catalogue's entries. */

export type ModelDevice = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';
export type ModelDtype = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16' | 'int4';

/** Where a model comes from: with the package, by a download, or from a server that the person runs. */
export type ModelDelivery = 'package' | 'download' | 'server';

export type Pooling = 'cls' | 'mean' | 'weighted-mean' | 'server';

/** How a reranker reads: pairs with one logit, pairs with a yes or a no, or a whole list at once. */
export type RerankKind = 'cross-encoder' | 'yes-no' | 'listwise';

export interface ModelSize {
  readonly bytes: number;
  /** False when `bytes` is a published or estimated figure and not the length of the file. */
  readonly exact: boolean;
}

export interface ModelFile {
  /** Path inside the model's folder, with `/`. */
  readonly path: string;
  /** `owner/name` on the hub, and the path in it. */
  readonly repository: string;
  readonly source: string;
  /** Commit; null where none is pinned: the newest is taken and its commit recorded. */
  readonly revision: string | null;
  /** Hexadecimal; null where none is known: the first download records what it got. */
  readonly sha256: string | null;
  readonly size: ModelSize;
  /** Files that some repositories lack; a model is complete without them. */
  readonly optional?: boolean;
}

/** The weights in one number format; the files that all formats share are in the entry. */
export interface ModelVariant {
  readonly dtype: ModelDtype;
  readonly files: readonly ModelFile[];
}

interface ModelBase {
  readonly id: string;
  readonly delivery: ModelDelivery;
  /** SPDX name, or a sentence where there is none. */
  readonly licence: string;
  /** Number of weights; null where it is not known. */
  readonly parameters: number | null;
  /** Page for a person. */
  readonly source: string;
  /** One sentence: when to choose it, and what to mind. */
  readonly note: string;
  /** Longest input in the model's own tokens; null where a server decides. */
  readonly maxTokens: number | null;
  readonly files: readonly ModelFile[];
  /** The first one is what is downloaded when nothing else is asked for. */
  readonly variants: readonly ModelVariant[];
  /** Which number format serves on which device; a device that is absent is not to be used. */
  readonly dtypes: Readonly<Partial<Record<ModelDevice, ModelDtype>>>;
}

export interface EmbedderEntry extends ModelBase {
  readonly role: 'embedder';
  /** Null where the first reply of a server tells. */
  readonly dimension: number | null;
  readonly pooling: Pooling;
  /** True when vectors are brought to Euclidean length 1. */
  readonly normalise: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly fusion: FusionForm;
}

/** The texts around a pair for a language model that answers yes or no. */
export interface PromptTemplate {
  /** `{instruction}`, `{query}` and `{document}` stand for what is filled in. */
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  /** Side of the padding; the last real token is read. */
  readonly padding: 'right';
  /** Instruction by kind of search. */
  readonly instructions: Readonly<Record<'general' | 'technical' | 'code' | 'qa', string>>;
}

/** Sizes of the window that moves over a long list, from its end to its beginning. */
export interface ListwiseForm {
  readonly window: number;
  readonly step: number;
  readonly top: number;
  readonly documentTokens: number;
}

export interface RerankerEntry extends ModelBase {
  readonly role: 'reranker';
  readonly kind: RerankKind;
  readonly prompt?: PromptTemplate;
  readonly listwise?: ListwiseForm;
  /** Whether results on code are published to be better with it (true), worse (false), or neither (null). */
  readonly helpsCode: boolean | null;
}

export type ModelEntry = EmbedderEntry | RerankerEntry;

/** The files of an entry in one number format (the default one when none is named). Throws one sentence for a format that it lacks. */
export function filesOf(entry: ModelEntry, dtype?: ModelDtype): readonly ModelFile[] {
  if (entry.variants.length === 0 && dtype === undefined) return entry.files;
  const variant = dtype === undefined ? entry.variants[0] : entry.variants.find((one) => one.dtype === dtype);
  if (variant === undefined)
    throw new Error(`${entry.id} does not come in ${dtype}; there is ${entry.variants.map((one) => one.dtype).join(', ')}.`);
  return [...entry.files, ...variant.files];
}

/** What these files weigh together; exact only when every one is. */
export function sizeOf(files: readonly ModelFile[]): ModelSize {
  return {
    bytes: files.reduce((sum, { size }) => sum + size.bytes, 0),
    exact: files.every(({ size }) => size.exact),
  };
}

/** The repositories that files come from, each once. */
export function repositoriesOf(files: readonly ModelFile[]): readonly string[] {
  return [...new Set(files.map(({ repository }) => repository))];
}

/** What is known beforehand of what will come. */
export function digestText(files: readonly Pick<ModelFile, 'sha256'>[]): string {
  const known = files.filter(({ sha256 }) => sha256 !== null).length;
  if (known === files.length) return 'known for every file';
  const which = known === 0 ? 'known for no file' : `known for ${known} of ${files.length} files`;
  return `${which}: what comes first is recorded, and checked from then on`;
}

import type { ModelDtype } from './modelCatalogue.ts';

/** A file of an installed model, as its manifest has it. */
export interface InstalledFile {
  /** Path inside the model's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Commit of the hub; null for an imported file, and where the hub named none. */
  readonly revision: string | null;
  /** True when the catalogue names this very digest. */
  readonly pinned: boolean;
}

export interface InstalledModel {
  readonly id: string;
  readonly licence: string;
  /** Address or folder that it came from. */
  readonly source: string;
  /** ISO 8601. */
  readonly installedAt: string;
  readonly files: readonly InstalledFile[];
}

/** What reading a file of an installed model again has shown. */
export interface FileVerdict {
  readonly path: string;
  readonly state: 'ok' | 'missing' | 'changed';
  /** What was recorded when it was installed; `pinned` as in `InstalledFile`. */
  readonly sha256: string;
  readonly pinned: boolean;
}

export interface RerankerSuggestion {
  readonly id: string;
  readonly dtype: ModelDtype;
  /** Reranking costs little on a GPU, so it is offered there; on a CPU a person has to want it. */
  readonly offer: boolean;
  /** One sentence for a person. */
  readonly reason: string;
}

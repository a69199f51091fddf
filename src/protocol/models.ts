import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { FileVerdict, InstalledModel, RerankerSuggestion } from '../core/installedModel.ts';
import type { ModelDevice, ModelDtype, ModelEntry, ModelSize } from '../core/modelCatalogue.ts';

/** Requests about models: what there is, what is installed, and how it comes and goes. */

export interface ModelOptions {
  /** Absolute path of the folder that models are installed in. */
  readonly dir: string;
  /** True forbids every download. */
  readonly offline: boolean;
  /** Address that stands for the hub's; empty for the hub itself. */
  readonly mirror: string;
  /** Address of a proxy; empty leaves it to HTTPS_PROXY and its like. */
  readonly proxy?: string;
}

/** Which model on this machine embeds. */
export interface EmbedderOptions {
  /** Id of the catalogue, `bundled`, or `auto`: the main embedder once it is installed, the bundled one until then. */
  readonly model: string;
  readonly device: 'auto' | ModelDevice;
  /** True fails where the model cannot serve; false lets the bundled one take its place. */
  readonly required: boolean;
}

/** Where embeddings are kept for other workspaces, branches and the next index. */
export interface EmbeddingCacheOptions {
  /** Absolute path. */
  readonly dir: string;
  /** All files together take this much at most. */
  readonly limitBytes: number;
}

export interface ListModelsParams {
  /** For which embedder, device and free memory (bytes) a reranker is suggested; default: what is installed, and this machine's CPU. */
  readonly embedder?: string;
  readonly device?: ModelDevice;
  readonly memoryBytes?: number;
}

export interface ListedModel {
  readonly entry: ModelEntry;
  /** What a download of the default number format weighs. */
  readonly size: ModelSize;
  readonly installed: InstalledModel | null;
}

export interface ModelListing {
  readonly dir: string;
  readonly offline: boolean;
  /** Address of the hub, or of the mirror that stands for it. */
  readonly hub: string;
  readonly models: readonly ListedModel[];
  readonly reranker: RerankerSuggestion | null;
}

export interface DownloadModelParams {
  readonly id: string;
  /** Number format; the entry's first one when absent. */
  readonly dtype?: ModelDtype;
}

export interface ModelProgressEvent {
  readonly id: string;
  /** The file that is on its way. */
  readonly file: string;
  /** Over all files of the download. */
  readonly bytes: number;
  readonly total: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
}

export interface ModelVerdict {
  readonly id: string;
  readonly files: readonly FileVerdict[];
}

export const ListModels = new RequestType<ListModelsParams, ModelListing, void>('models/list');
/** Settles when the model is installed. Cancelling keeps what has arrived for the next time. */
export const DownloadModel = new RequestType<DownloadModelParams, InstalledModel, void>('models/download');
export const ImportModel = new RequestType<{ readonly id: string; readonly folder: string }, InstalledModel, void>('models/import');
export const RemoveModel = new RequestType<{ readonly id: string }, { readonly removed: boolean }, void>('models/remove');
/** Reads the files of one installed model again, or of all. */
export const VerifyModels = new RequestType<{ readonly id?: string }, readonly ModelVerdict[], void>('models/verify');
/** Takes effect on the next request; a download under way ends when it is forbidden. */
export const ConfigureModels = new RequestType<ModelOptions, void, void>('models/configure');
export const ModelProgress = new NotificationType<ModelProgressEvent>('models/progress');

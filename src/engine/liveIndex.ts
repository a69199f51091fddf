import { join } from 'node:path';
import type { EmbedderInfo } from '../core/embedder.ts';
import {
  dropGeneration,
  type GenerationRecord,
  generationName,
  openStore,
  recordedGenerations,
  StoreDamagedError,
  StoreUnavailableError,
} from '../store/index.ts';
import type { IndexStore, LedgerEntry } from '../store/types.ts';
import type { UpkeepHelper } from '../store/upkeepPort.ts';
import { type Corpus, openCorpus, statisticsFile } from './corpus.ts';
import type { EmbedService } from './embedService.ts';
import { embedderKey } from './fingerprint.ts';

export interface LiveIndexOptions {
  readonly indexDir: string;
  readonly fingerprint: string;
  readonly embedder: EmbedderInfo | undefined;
  /** The embedder that made the vectors of a generation; undefined when it cannot be had: then that one answers by text alone. */
  readonly embedderFor: (key: string) => Promise<EmbedService | undefined>;
  /** Does the upkeep of large tables. */
  readonly helper: UpkeepHelper;
  /** A read found data that cannot be read; settles when something has been done about it. */
  readonly onDamage: (store: IndexStore, error: StoreDamagedError) => Promise<void>;
  /** Something went wrong that leaves nothing to do but to log it. */
  readonly onTrouble: (error: unknown) => void;
}

/** One generation as it is open now. */
export interface OpenGeneration {
  readonly fingerprint: string;
  readonly store: IndexStore;
  readonly corpus: Corpus;
  readonly ledger: Map<string, LedgerEntry>;
  /** For the vectors of questions to it. */
  readonly embedder: EmbedService | undefined;
  /** False when it has vectors and the embedder for more of them is missing. */
  readonly canGrow: boolean;
}

/** Without an embedder the column of vectors stays empty; a dimension must be divisible by eight. */
const NO_DIMENSION = 8;
const READ_ATTEMPTS = 3;

type Wanted = Pick<GenerationRecord, 'fingerprint' | 'dimension' | 'embedder'>;

/**
 * The generations of one folder's index that are open: the wanted one, and an older one that answers until the wanted one is complete.
 * Another store may take a place at any time (a swap, a rebuild, a writer that follows another): reads that run keep theirs.
 */
export class LiveIndex {
  readonly #options: LiveIndexOptions;
  readonly #reads = new Set<Promise<unknown>>();
  #own: OpenGeneration | undefined;
  #older: OpenGeneration | undefined;

  constructor(options: LiveIndexOptions) {
    this.#options = options;
  }

  /** The generation of this version and this embedder; undefined while there is none, and for a reader while an older one answers. */
  get own(): OpenGeneration | undefined {
    return this.#own;
  }

  /** The complete one of another version or embedder that answers meanwhile. */
  get older(): OpenGeneration | undefined {
    return this.#older;
  }

  get answering(): OpenGeneration | undefined {
    return this.#older ?? this.#own;
  }

  /** Those that this process keeps in step with the disk, the one that answers first: not one whose embedder is missing. */
  get written(): readonly OpenGeneration[] {
    return [this.#older, this.#own].flatMap((generation) => (generation?.canGrow === true ? generation : []));
  }

  /** Opens what is on disk in place of what is open. Throws `StoreDamagedError` when the wanted generation is to be dropped. */
  async open(write: boolean): Promise<OpenGeneration> {
    const { indexDir: dir, fingerprint, embedder } = this.#options;
    const wanted = { fingerprint, dimension: embedder?.dimension ?? NO_DIMENSION, embedder: embedderKey(embedder) };
    const records = await recordedGenerations(dir);
    const other = records.find((record) => record.complete && record.fingerprint !== fingerprint);
    const isComplete = records.some((record) => record.complete && record.fingerprint === fingerprint);
    const own = write || isComplete || other === undefined ? await this.#openOne(wanted, { write }) : undefined;
    const older = isComplete || other === undefined ? undefined : await this.#openBeside(other, write);
    const opened = older ?? own;
    if (opened === undefined) throw new StoreUnavailableError(`There is no index to read in ${dir}.`);
    this.#retire(this.#own, this.#older);
    this.#own = own;
    this.#older = older;
    return opened;
  }

  /** Undoes what a killed commit left; how many rows were removed and how many files are to be read again. */
  async repair(): Promise<{ readonly removedRows: number; readonly forgottenFiles: number }> {
    const undone = { removedRows: 0, forgottenFiles: 0 };
    for (const generation of this.written) {
      const { removedRows, forgottenFiles } = await generation.store.repair();
      undone.removedRows += removedRows;
      undone.forgottenFiles += forgottenFiles;
      if (removedRows + forgottenFiles > 0) await readLedger(generation);
    }
    return undone;
  }

  /** Notes that the wanted generation holds the whole folder, and lets it answer. */
  async complete(): Promise<boolean> {
    const older = this.#older;
    await this.#own?.store.complete();
    this.#older = undefined;
    this.#retire(older);
    return older !== undefined;
  }

  /** Deletes the wanted generation on disk. Until one is open again, reads find nothing. */
  async drop(): Promise<void> {
    await this.letGo();
    await dropGeneration(this.#options.indexDir, this.#options.fingerprint);
  }

  /** Ends reading from stores whose tables are about to go. */
  async letGo(): Promise<void> {
    const stores = [this.#own?.store, this.#older?.store];
    this.#own = undefined;
    this.#older = undefined;
    await Promise.allSettled(this.#reads);
    for (const store of stores) await store?.close();
  }

  /** Makes the commits of another process visible, and its swap of generations. */
  async refresh(): Promise<void> {
    const { indexDir, fingerprint } = this.#options;
    const records = await recordedGenerations(indexDir);
    const shown = this.answering?.fingerprint;
    const swapped = shown !== fingerprint && records.some((record) => record.complete && record.fingerprint === fingerprint);
    if (swapped || !records.some((record) => record.fingerprint === shown)) await this.open(false);
    else if (this.answering !== undefined) {
      if (await this.answering.store.refresh()) await readLedger(this.answering);
    }
  }

  /** Runs a read over what answers now; undefined while there is nothing. */
  async read<T>(action: (generation: OpenGeneration) => Promise<T>): Promise<T | undefined> {
    const generation = this.answering;
    if (generation === undefined) return undefined;
    const reading = action(generation);
    this.#reads.add(reading);
    try {
      return await reading;
    } catch (error) {
      // Taken out first: what is done about the damage may wait for all reads to end.
      this.#reads.delete(reading);
      if (error instanceof StoreDamagedError) await this.#options.onDamage(generation.store, error);
      throw error;
    } finally {
      this.#reads.delete(reading);
    }
  }

  /** Stops asking an older generation that cannot be read, and removes it where this process may write. */
  async forgetOlder(write: boolean): Promise<void> {
    const older = this.#older;
    this.#older = undefined;
    if (older === undefined) return;
    await Promise.allSettled(this.#reads);
    await older.store.close();
    if (write) await dropGeneration(this.#options.indexDir, older.fingerprint);
  }

  /** Another process may take away what a reader has just begun to read: then its newest version is there to read. */
  async #openOne(record: Wanted, how: { readonly write: boolean; readonly beside?: boolean }): Promise<OpenGeneration> {
    for (let left = how.write ? 1 : READ_ATTEMPTS; ; left--) {
      try {
        return await this.#openNewest(record, how);
      } catch (error) {
        if (!(error instanceof StoreDamagedError) || left <= 1) throw error;
      }
    }
  }

  async #openNewest(record: Wanted, how: { readonly write: boolean; readonly beside?: boolean }): Promise<OpenGeneration> {
    const { indexDir: dir, embedderFor, helper } = this.#options;
    const { fingerprint, dimension, embedder } = record;
    const store = await openStore({ dir, fingerprint, dimension, embedder, helper, ...how });
    const ledger = new Map((await store.ledger()).map((entry) => [entry.path, entry]));
    const chunks = [...ledger.values()].reduce((sum, entry) => sum + entry.chunks, 0);
    const corpus = await openCorpus(join(dir, statisticsFile(generationName(fingerprint))), store, chunks);
    const service = embedder === '' ? undefined : await embedderFor(embedder);
    return { fingerprint, store, corpus, ledger, embedder: service, canGrow: embedder === '' || service !== undefined };
  }

  /** An older generation is a help and no need: whatever is wrong with it, the wanted one is there. */
  async #openBeside(record: GenerationRecord, write: boolean): Promise<OpenGeneration | undefined> {
    try {
      return await this.#openOne(record, { write, beside: write });
    } catch (error) {
      this.#options.onTrouble(error);
      return undefined;
    }
  }

  /** Closes what another one has replaced, after the reads that use it. */
  #retire(...generations: readonly (OpenGeneration | undefined)[]): void {
    const stores = generations.flatMap((generation) => generation?.store ?? []);
    if (stores.length === 0) return;
    void Promise.allSettled(this.#reads)
      .then(() => Promise.all(stores.map((store) => store.close())))
      .catch((error: unknown) => this.#options.onTrouble(error));
  }
}

/** Reads the ledger of a generation anew. */
async function readLedger({ store, ledger }: OpenGeneration): Promise<void> {
  const entries = await store.ledger();
  ledger.clear();
  for (const entry of entries) ledger.set(entry.path, entry);
}

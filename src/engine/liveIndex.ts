import { dropStore, openStore, StoreDamagedError } from '../store/index.ts';
import type { IndexStore, LedgerEntry } from '../store/types.ts';
import { type Corpus, openCorpus } from './corpus.ts';

export interface LiveIndexOptions {
  readonly indexDir: string;
  readonly fingerprint: string;
  readonly dimension: number;
  /** A read found data that cannot be read; settles when something has been done about it. */
  readonly onDamage: (store: IndexStore, error: StoreDamagedError) => Promise<void>;
  /** Closing a store that was replaced failed: nothing to do but to log it. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * The store of one folder with its ledger and statistics, as they are open now. Another store may take its place at any time (a
 * rebuild, a writer that follows another): reads that run keep theirs until they end.
 */
export class LiveIndex {
  readonly #options: LiveIndexOptions;
  readonly #reads = new Set<Promise<unknown>>();
  #store: IndexStore | undefined;
  #corpus: Corpus | undefined;
  #ledger = new Map<string, LedgerEntry>();

  constructor(options: LiveIndexOptions) {
    this.#options = options;
  }

  get store(): IndexStore | undefined {
    return this.#store;
  }

  get corpus(): Corpus | undefined {
    return this.#corpus;
  }

  get ledger(): Map<string, LedgerEntry> {
    return this.#ledger;
  }

  /** Opens the index on disk in place of the one that is open. Throws `StoreDamagedError` for one to drop. */
  async open(write: boolean): Promise<IndexStore> {
    const { indexDir: dir, fingerprint, dimension } = this.#options;
    const store = await openStore({ dir, fingerprint, dimension, write });
    this.#retire(this.#store);
    this.#store = store;
    await this.readLedger();
    const chunks = [...this.#ledger.values()].reduce((sum, entry) => sum + entry.chunks, 0);
    this.#corpus = await openCorpus(dir, store, chunks);
    return store;
  }

  /** Deletes what is on disk. Until another one is open, reads find nothing. */
  async drop(): Promise<void> {
    await this.letGo();
    await dropStore(this.#options.indexDir);
  }

  /** Ends reading from a store whose tables are about to go. */
  async letGo(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await Promise.allSettled(this.#reads);
    await store?.close();
  }

  /** Makes the commits of another process visible. */
  async refresh(): Promise<void> {
    await this.#store?.refresh();
    await this.readLedger();
  }

  async readLedger(): Promise<void> {
    this.#ledger = new Map(((await this.#store?.ledger()) ?? []).map((entry) => [entry.path, entry]));
  }

  /** Runs a read over the index as it is now; undefined while there is none. */
  async read<T>(action: (store: IndexStore, corpus: Corpus) => Promise<T>): Promise<T | undefined> {
    const store = this.#store;
    const corpus = this.#corpus;
    if (store === undefined || corpus === undefined) return undefined;
    const reading = action(store, corpus);
    this.#reads.add(reading);
    try {
      return await reading;
    } catch (error) {
      // Taken out first: what is done about the damage may wait for all reads to end.
      this.#reads.delete(reading);
      if (error instanceof StoreDamagedError) await this.#options.onDamage(store, error);
      throw error;
    } finally {
      this.#reads.delete(reading);
    }
  }

  /** Closes a store that another one has replaced, after the reads that use it. */
  #retire(store: IndexStore | undefined): void {
    if (store === undefined) return;
    void Promise.allSettled(this.#reads)
      .then(() => store.close())
      .catch((error: unknown) => this.#options.onTrouble(error));
  }
}

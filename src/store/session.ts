import { collect } from './collect.ts';
import type { KnownFile, WriterState } from './commit.ts';
import { LEDGER_COLUMNS, ledgerEntries } from './decode.ts';
import { isOwnFault, readError, StoreUnavailableError, StoreWriteError, writeError } from './errors.ts';
import { changeGeneration, type GenerationRecord, readIndexFile, recordsOf } from './indexFile.ts';
import type { Tables } from './tables.ts';
import type { FileSummary, LedgerEntry, OpenStoreOptions } from './types.ts';
import type { VectorTuning } from './upkeepPort.ts';

/** Open tables with the rules for using them: reads are tried twice, writes wait for each other, closing waits for all. */
export class Session {
  readonly options: OpenStoreOptions;
  readonly tables: Tables;
  #record: GenerationRecord;
  #state: WriterState | undefined;
  #paths: Promise<readonly string[]> | undefined;
  #summaries = new Map<string, FileSummary>();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #lastUpkeep: Promise<unknown> = Promise.resolve();
  #maintaining = 0;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: OpenStoreOptions, tables: Tables, record: GenerationRecord) {
    this.options = options;
    this.tables = tables;
    this.#record = record;
  }

  /** How the vector index is asked; undefined while there is none. */
  get tuning(): VectorTuning | undefined {
    return this.#record.vectors;
  }

  get isComplete(): boolean {
    return this.#record.complete;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Notes something about this generation, in memory and in `index.json`. */
  async note(changes: Partial<GenerationRecord>): Promise<void> {
    await changeGeneration(this.options.dir, this.options.fingerprint, changes);
    this.#record = { ...this.#record, ...changes };
  }

  /**
   * Runs a read. When it fails it is tried once more on the newest version, because another process may have removed the files of
   * the old one. Throws `StoreDamagedError` when the data cannot be read.
   */
  async read<Result>(attempt: () => Promise<Result>): Promise<Result> {
    this.#checkOpen();
    return this.#track(
      attempt().catch(async (first: unknown) => {
        if (isOwnFault(first)) throw first;
        try {
          await this.showWrites();
          return await attempt();
        } catch (error) {
          throw readError(error);
        }
      }),
    );
  }

  /** Runs a write after all writes before it, whatever became of them. */
  async write<Result>(attempt: (state: WriterState) => Promise<Result>): Promise<Result> {
    this.#checkOpen();
    if (!this.options.write) throw new StoreWriteError('The index was opened for reading only.');
    const result = this.#lastWrite.then(async () => {
      try {
        this.#state ??= await this.#readState();
        return await attempt(this.#state);
      } catch (error) {
        throw writeError(error);
      }
    });
    this.#lastWrite = result.catch(() => {
      // The caller of that write has its error; the next write does not care.
    });
    return this.#track(result);
  }

  /** Whether a step of the upkeep runs. */
  get isMaintained(): boolean {
    return this.#maintaining > 0;
  }

  /** Runs a step of the upkeep beside the writes, after all such steps before it. Nothing it does may take rows away from a write. */
  async maintain<Result>(step: () => Promise<Result>): Promise<Result> {
    this.#checkOpen();
    if (!this.options.write) throw new StoreWriteError('The index was opened for reading only.');
    this.#maintaining++;
    const result = this.#lastUpkeep
      .then(step)
      .catch((error: unknown) => {
        throw writeError(error);
      })
      .finally(() => {
        this.#maintaining--;
      });
    this.#lastUpkeep = result.catch(() => {
      // Whoever asked for that step has its error; the next one does not care.
    });
    return this.#track(result);
  }

  /** Every path with rows, for globs that SQL cannot say. Read once for each version of the tables. */
  readonly knownPaths = (): Promise<readonly string[]> => {
    this.#paths ??= this.readLedger().then((entries) => entries.flatMap((entry) => (entry.chunks > 0 ? [entry.path] : [])));
    return this.#paths;
  };

  /** Files of which a search asked before, as they stand in this version of the tables: the next question often meets the same ones. */
  get summaries(): Map<string, FileSummary> {
    return this.#summaries;
  }

  /** Every ledger record, in no order. */
  readLedger(): Promise<LedgerEntry[]> {
    return collect(this.tables.files.read.query().select([...LEDGER_COLUMNS]), ledgerEntries);
  }

  /** Moves the readers to the newest version of both tables, in which these files are others; any file when nobody knows which. */
  async showWrites(changed?: ReadonlySet<string>): Promise<void> {
    try {
      await Promise.all([this.tables.chunks.read.checkoutLatest(), this.tables.files.read.checkoutLatest()]);
    } finally {
      this.#paths = undefined;
      // Another map, and only now: what still reads the former version must not put its rows among the new ones.
      this.#summaries = new Map(changed === undefined ? [] : [...this.#summaries].filter(([path]) => !changed.has(path)));
    }
  }

  /** Takes in what another process wrote, also to `index.json`. False when that was nothing: then what is remembered stays. */
  async refresh(): Promise<boolean> {
    const before = await this.#seen();
    await Promise.all([this.tables.chunks.read.checkoutLatest(), this.tables.files.read.checkoutLatest()]);
    await this.#readRecord();
    if ((await this.#seen()) === before) return false;
    await this.showWrites();
    return true;
  }

  /** Tells one state of the index from another; a rebuilt index may come to the same versions, but not to the same moment of creation. */
  async #seen(): Promise<string> {
    const { chunks, files } = this.tables;
    return [await chunks.read.version(), await files.read.version(), this.#record.created].join(' ');
  }

  async #readRecord(): Promise<void> {
    if (this.options.write) return;
    const found = await readIndexFile(this.options.dir);
    const own =
      found.state === 'read' ? recordsOf(found.file).find(({ fingerprint }) => fingerprint === this.options.fingerprint) : undefined;
    if (own !== undefined) this.#record = own;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([...this.#running]);
    this.tables.close();
  }

  async #readState(): Promise<WriterState> {
    const entries = await this.readLedger();
    const files = new Map(entries.map(({ path, hash, chunks }): [string, KnownFile] => [path, { hash, chunks }]));
    const known = entries.reduce((sum, entry) => sum + entry.chunks, 0);
    return { files, unsure: new Set(), mayHoldStrays: (await this.tables.chunks.write.countRows()) !== known };
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('The index is closed.');
  }

  async #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }
}

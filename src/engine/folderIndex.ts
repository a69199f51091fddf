import { mkdir } from 'node:fs/promises';
import { CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc';
import { ErrorCode, type IndexPhase, type IndexStatus, type IndexSummary, type OpenParams } from '../protocol/engine.ts';
import { bytesBelow, inspectStore, StoreDamagedError, StoreUnavailableError } from '../store/index.ts';
import type { IndexStore, LedgerEntry } from '../store/types.ts';
import { engineError } from './errors.ts';
import { indexFingerprint } from './fingerprint.ts';
import { describeStatus, type Progress } from './folderStatus.ts';
import { FOLLOW_MS, lookAgain, writerCaughtUp } from './following.ts';
import { createGate } from './gate.ts';
import type { IndexOutcome } from './indexer.ts';
import { rememberFolder, sweepBesideStore } from './indexFolder.ts';
import { LiveIndex, type OpenGeneration, readLedger } from './liveIndex.ts';
import { runPass } from './pass.ts';
import { type EngineServices, messageOf } from './services.ts';
import { createUnsavedFiles } from './unsaved.ts';
import { createWorkQueue, type Work } from './workQueue.ts';
import { takeWriterLock, type WriterLock } from './writerLock.ts';

/** Everything is compared with the disk this often, for changes that no watcher told. */
const RECONCILE_MS = 10 * 60_000;
/** Walking the index folder for its size is no work for every save. */
const MEASURE_MS = 10_000;
/** Looks at whether a resting engine carries on. */
const REST_LOOK_MS = 100;
/** A failed pass is tried again after this long, doubling each time up to the last. */
const RETRY_MS = [1000, 5000, 30_000, 120_000] as const;

const ON_BATTERY = 'Indexing waits while the computer runs on battery.';

export interface FolderEvents {
  readonly onStatus: (status: IndexStatus) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/**
 * One folder's index from opening to closing: takes the writer's lock or follows the writer, keeps the index in step
 * with the disk, and repairs it. At most one pass runs at a time; changes meanwhile wait for the next.
 */
export class FolderIndex {
  readonly folder: string;
  /** What stands in editors and is not saved. */
  readonly unsaved = createUnsavedFiles();
  readonly #params: OpenParams;
  readonly #services: EngineServices;
  readonly #events: FolderEvents;
  readonly #gate;
  readonly #fingerprint: string;
  #writtenChunks = 0;
  readonly #queue = createWorkQueue();
  readonly #index: LiveIndex;
  #lock: WriterLock | undefined;
  #phase: IndexPhase = 'opening';
  #message = '';
  #progress: Progress | undefined;
  #skipped = 0;
  #bytesOnDisk = 0;
  #measuredAt = 0;
  #closed = false;
  #stopping = false;
  #resting = false;
  #failures = 0;
  #running: Promise<void> | undefined;
  #cancel: CancellationTokenSource | undefined;
  #looking: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];
  #totals = { indexedFiles: 0, indexedChunks: 0, removedFiles: 0, ms: 0 };

  constructor(folder: string, params: OpenParams, services: EngineServices, events: FolderEvents) {
    this.folder = folder;
    this.#params = params;
    this.#services = services;
    this.#events = events;
    this.#gate = createGate(params.paused);
    this.#fingerprint = indexFingerprint(services.embedder?.info);
    this.#index = new LiveIndex({
      indexDir: params.indexDir,
      fingerprint: this.#fingerprint,
      embedder: services.embedder?.info,
      embedderFor: (key) => services.embedderFor(key),
      onDamage: (store, error) => this.#recover(store, error),
      onTrouble: (error) => this.#say('warn', messageOf(error)),
    });
  }

  /**
   * Runs a read over the generation that answers now; undefined while there is none. Its store stays open until the read has ended, also
   * when another one takes its place meanwhile. Data that cannot be read makes the index start anew.
   */
  read<T>(action: (generation: OpenGeneration) => Promise<T>): Promise<T | undefined> {
    return this.#index.read(action);
  }

  /** Of what answers. */
  get ledger(): ReadonlyMap<string, LedgerEntry> {
    return this.#index.answering?.ledger ?? new Map();
  }

  /** Chunks that this process has written. */
  get writtenChunks(): number {
    return this.#writtenChunks;
  }

  /** Opens what is there, and starts to bring it in step with the disk. Throws an error for people when neither is possible. */
  async open(): Promise<void> {
    const { indexDir } = this.#params;
    const { state, detail } = await inspectStore(indexDir, this.#fingerprint);
    if (state === 'newer-format') {
      throw engineError(
        ErrorCode.IndexNewer,
        `The index in ${indexDir} was written by a newer Quarry (${detail}): update Quarry, or rebuild the index.`,
      );
    }
    if (state === 'damaged') this.#say('warn', `The index was damaged (${detail}) and is being rebuilt.`);
    const writable = this.#params.index && (await this.#tryToWrite());
    if (writable) await this.#openOrRebuild(state === 'damaged');
    else if (!(await this.#openAsReader()) && this.#phase !== 'following' && this.#params.index) {
      throw engineError(ErrorCode.IndexNotWritable, `The index folder ${indexDir} cannot be written: choose another one.`);
    }
    this.#every(this.#params.reconcileMs ?? RECONCILE_MS, () => this.changed([]));
    if (!writable && this.#phase === 'following') this.#every(FOLLOW_MS, () => this.#follow());
    this.#emit();
  }

  /** Paths that may have changed, relative; none means everything. */
  changed(paths: readonly string[]): void {
    this.#queue.add(paths);
    this.#start();
  }

  /** Settles when no step runs any more that a pause cannot stop: from then on nothing is written. */
  async pause(): Promise<void> {
    this.#gate.close();
    this.#emit();
    await this.#gate.idle();
  }

  resume(): void {
    this.#gate.open();
    this.#emit();
    this.#start();
  }

  /** Indexing waits for the mains; a person who resumes meanwhile is obeyed. */
  setOnBattery(battery: boolean): void {
    if (battery) this.#gate.close('battery');
    else this.#gate.open('battery');
    this.#emit();
    this.#start();
  }

  /** Finishes the batch and starts nothing more, as the process is about to be replaced; searches go on. */
  async rest(): Promise<void> {
    this.#resting = true;
    await this.#stopPass();
    this.#stopping = true;
  }

  carryOn(): void {
    this.#resting = false;
    this.#stopping = false;
    this.changed([]);
  }

  async rebuild(): Promise<void> {
    await this.#looking;
    if (this.#lock === undefined && !(await this.#tryToWrite())) {
      throw engineError(ErrorCode.IndexNotWritable, 'Another window or process writes this index: rebuild it there.');
    }
    this.#cancel?.cancel();
    await this.#stopPass();
    this.#gate.open();
    await this.#openAsWriter(true);
  }

  /** Settles when everything known so far is searchable, or when indexing stands still (paused, failed, read-only). */
  async settled(): Promise<IndexSummary> {
    const isFollowing = (): boolean => !this.#closed && this.#phase === 'following';
    const look = (): Promise<void> => this.#follow();
    if (isFollowing()) await writerCaughtUp({ folder: this.folder, files: this.#params.files, index: this.#index, isFollowing, look });
    // Whoever takes the index over is ready only when that is done; what goes wrong there is said by whoever looks next.
    await this.#looking?.catch(() => undefined);
    // An engine that rests before it is replaced is not done: this call then ends with the process and is asked again.
    while (!this.#closed && (this.#resting || (this.#running !== undefined && !this.#gate.closed))) {
      await (this.#resting ? new Promise((resolve) => setTimeout(resolve, REST_LOOK_MS)) : this.#running);
    }
    return { status: this.status(), ...this.#totals };
  }

  status(): IndexStatus {
    const { embedder, embedderProblem } = this.#services;
    return describeStatus({
      folder: this.folder,
      indexDir: this.#params.indexDir,
      phase: this.#gate.closed && this.#lock !== undefined ? 'paused' : this.#phase,
      message: this.#message || (this.#gate.waitsForPower ? ON_BATTERY : embedderProblem),
      progress: this.#progress,
      ledger: this.ledger,
      buildingLedger: this.#index.older === undefined ? undefined : this.#index.own?.ledger,
      skippedByRule: this.#skipped,
      bytesOnDisk: this.#bytesOnDisk,
      embedder: embedder
        ? { id: embedder.info.id, device: embedder.info.device, dtype: embedder.info.dtype, reason: embedder.note?.() ?? '' }
        : { id: 'none', device: '', dtype: '', reason: embedderProblem },
      semantic: embedder !== undefined && (this.#index.older === undefined || this.#index.older.embedder !== undefined),
      now: Date.now(),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.cancel();
    for (const timer of this.#timers) clearInterval(timer);
    await this.#looking;
    await this.#stopPass();
    await this.#index.letGo();
    await this.#lock?.release();
  }

  /** What one of several reads finds damaged is replaced once: the others find another store in its place. */
  async #recover(store: IndexStore, error: StoreDamagedError): Promise<void> {
    if (this.#lock !== undefined) await this.#stopPass();
    if (this.#closed || this.#index.answering?.store !== store) return;
    if (this.#lock === undefined) {
      // The writer repairs it; this process opens what it has made when it looks next.
      await this.#index.letGo();
      return;
    }
    if (this.#index.older?.store === store) {
      await this.#index.forgetOlder(true);
      this.#say('warn', `The older index was damaged and is gone; the new one is being built: ${error.message}`);
      this.changed([]);
      return;
    }
    this.#say('warn', `The index was damaged and is being rebuilt: ${error.message}`);
    await this.#openAsWriter(true);
  }

  async #tryToWrite(): Promise<boolean> {
    try {
      await mkdir(this.#params.indexDir, { recursive: true });
      const lock = await takeWriterLock(this.#params.indexDir);
      this.#lock ??= lock;
      this.#phase = this.#lock === undefined ? 'following' : this.#phase;
    } catch (error) {
      this.#phase = 'read-only';
      this.#message = `The index folder cannot be written (${messageOf(error)}): what is in it still answers.`;
    }
    return this.#lock !== undefined;
  }

  async #openOrRebuild(fresh: boolean): Promise<void> {
    try {
      await this.#openAsWriter(fresh);
    } catch (error) {
      if (!(error instanceof StoreDamagedError)) throw error;
      this.#say('warn', `The index was damaged and is being rebuilt: ${error.message}`);
      await this.#openAsWriter(true);
    }
  }

  async #openAsWriter(fresh: boolean): Promise<void> {
    if (fresh) await this.#index.drop();
    // Its size on disk is measured after the first pass.
    await this.#index.open(true);
    const { indexDir } = this.#params;
    await rememberFolder(indexDir, this.folder);
    await sweepBesideStore(indexDir);
    for (const generation of this.#index.written) {
      const { removedRows, forgottenFiles } = await generation.store.repair();
      if (removedRows + forgottenFiles === 0) continue;
      this.#say('info', `An unfinished commit was undone: ${removedRows} rows removed, ${forgottenFiles} files to read again.`);
      await readLedger(generation);
    }
    this.changed([]);
  }

  /** False when there is nothing to read. */
  async #openAsReader(): Promise<boolean> {
    try {
      await this.#index.open(false);
      await this.#measure();
    } catch (error) {
      // An index of other settings alone that is not complete, or none at all: there is nothing to read.
      if (error instanceof StoreUnavailableError) return false;
      if (!(error instanceof StoreDamagedError)) throw error;
      // A reader cannot repair it: it goes on without an index, so that a person can be told what is wrong.
      await this.#index.letGo();
      this.#say('warn', `The index is damaged: ${error.message}`);
    }
    if (this.#phase === 'opening') this.#phase = 'ready';
    return true;
  }

  async #measure(): Promise<void> {
    this.#bytesOnDisk = await bytesBelow(this.#params.indexDir).catch(() => 0);
    this.#measuredAt = Date.now();
  }

  /** One look at a time: of two that find the writer gone, the second would take this process for another writer. */
  #follow(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    if (this.#lock === undefined && (await this.#tryToWrite())) {
      this.#say('info', 'The former writer of this index is gone: this process writes it now.');
      this.#phase = 'opening';
      await this.#openOrRebuild(false).catch(async (error: unknown) => {
        // Whoever looks next may succeed, this process among them.
        await this.#lock?.release();
        this.#lock = undefined;
        this.#phase = 'following';
        throw error;
      });
    } else if (this.#lock === undefined) {
      const store = this.#index.answering?.store;
      try {
        if (await lookAgain(this.#index, this.#params.indexDir)) await this.#measure();
      } catch (error) {
        if (store === undefined || !(error instanceof StoreDamagedError)) throw error;
        await this.#recover(store, error);
      }
      this.#emit();
    }
  }

  #start(): void {
    if (this.#running !== undefined || this.#lock === undefined || this.#closed || this.#stopping || this.#queue.empty) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#start();
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#pass();
      this.#failures = 0;
      this.#phase = 'ready';
    } catch (error) {
      await this.#passFailed(error);
    } finally {
      this.#progress = undefined;
      this.#emit();
    }
  }

  async #pass(): Promise<void> {
    await this.#gate.passed();
    const work = this.#queue.take();
    const { own, older } = this.#index;
    if (work === undefined || own === undefined || this.#stopping) return;
    const startedAt = Date.now();
    this.#cancel = new CancellationTokenSource();
    // What answers comes first: it is in step with the disk while the other one is built.
    for (const generation of this.#index.written) {
      const isOwn = generation === own;
      const { files, chunks, removed } = await this.#bring(generation, work, true).catch((error: unknown) =>
        this.#olderFailed(isOwn, error),
      );
      if (!isOwn) continue;
      this.#totals.indexedFiles += files;
      this.#totals.indexedChunks += chunks;
      this.#totals.removedFiles += removed;
    }
    if (work.all && !this.#stopping) {
      await this.#index.complete();
      if (older !== undefined) this.#say('info', 'The new index is complete and answers from now on.');
    }
    if (work.all || Date.now() - this.#measuredAt > MEASURE_MS) await this.#measure();
    this.#totals.ms += Date.now() - startedAt;
    this.#message = '';
  }

  /** Brings one generation in step with the disk. A long pass looks at single saved files in between; such a look is not `long`. */
  #bring(generation: OpenGeneration, work: Work, long: boolean): Promise<IndexOutcome> {
    const isOwn = generation === this.#index.own;
    return runPass({
      folder: this.folder,
      indexDir: this.#params.indexDir,
      files: this.#params.files,
      first: this.#params.first ?? [],
      work,
      generation,
      services: this.#services,
      gate: this.#gate,
      between: long ? () => this.#lookAtSaves() : undefined,
      onPhase: (phase) => {
        if (!long) return;
        if (phase === 'upkeep') this.#progress = undefined;
        this.#phase = phase;
        this.#emit();
      },
      onProgress: (done, total, chunks) => {
        this.#writtenChunks += chunks;
        if (!long || !isOwn) return;
        this.#progress = { startedAt: this.#progress?.startedAt ?? Date.now(), total, done };
        this.#emit();
      },
      onSkipped: (skipped) => {
        this.#skipped = skipped.length;
      },
      say: (level, message) => this.#say(level, message),
      cancelled: () => this.#stopping,
      token: this.#cancel?.token ?? CancellationToken.None,
    });
  }

  /** Files that are saved during a long pass are searchable at once; the next pass looks at them again. */
  async #lookAtSaves(): Promise<void> {
    const paths = this.#queue.fresh();
    const generation = this.#index.written[0];
    if (paths.length > 0 && generation !== undefined) await this.#bring(generation, { all: false, paths }, false);
  }

  /** What is wrong with an older generation does not keep the wanted one from being built. */
  async #olderFailed(isOwn: boolean, error: unknown): Promise<IndexOutcome> {
    if (isOwn) throw error;
    this.#say('warn', `The older index is not in step with the disk any more: ${messageOf(error)}`);
    if (error instanceof StoreDamagedError) await this.#index.forgetOlder(true);
    return { files: 0, chunks: 0, removed: 0 };
  }

  async #passFailed(error: unknown): Promise<void> {
    if (error instanceof StoreDamagedError) {
      await this.#index.drop();
      await this.#index.open(true);
      this.#say('warn', `The index was damaged and is being rebuilt: ${error.message}`);
      this.#queue.addAll();
      return;
    }
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 1000;
    this.#failures++;
    this.#phase = 'failed';
    this.#say('error', `Indexing stopped: ${messageOf(error)}. It is tried again in ${wait / 1000} s; what is indexed still answers.`);
    const timer = setTimeout(() => this.changed([]), wait);
    timer.unref();
    this.#timers.push(timer);
  }

  /** Ends the running pass after its batch, also one that waits at a closed gate. */
  async #stopPass(): Promise<void> {
    this.#stopping = true;
    this.#gate.wake();
    await this.#running;
    this.#stopping = false;
  }

  #emit(): void {
    if (!this.#closed) this.#events.onStatus(this.status());
  }

  #say(level: 'info' | 'warn' | 'error', message: string): void {
    if (level !== 'info') this.#message = message;
    this.#events.log(level, message);
    this.#emit();
  }

  #every(ms: number, action: () => Promise<void> | void): void {
    const timer = setInterval(() => {
      Promise.resolve(action()).catch((error: unknown) => this.#say('warn', messageOf(error)));
    }, ms);
    timer.unref();
    this.#timers.push(timer);
  }
}

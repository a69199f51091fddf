import { mkdir } from 'node:fs/promises';
import { ErrorCode, type IndexPhase, type IndexStatus, type IndexSummary, type OpenParams } from '../protocol/engine.ts';
import { inspectEarly, StoreDamagedError, StoreUnavailableError } from '../store/index.ts';
import type { IndexStore, LedgerEntry } from '../store/types.ts';
import { engineError, newerIndex } from './errors.ts';
import { indexFingerprint } from './fingerprint.ts';
import { describeStatus, embedderStatus, type FolderContext, noteOfPause, type Progress } from './folderStatus.ts';
import { watchFolder } from './folderWatch.ts';
import { lookAgain, writerCaughtUp } from './following.ts';
import { createGate } from './gate.ts';
import type { Inside } from './gitWatch.ts';
import { rememberFolder, sweepBesideStore } from './indexFolder.ts';
import { createIndexSize } from './indexSize.ts';
import { LiveIndex, type OpenGeneration } from './liveIndex.ts';
import { PassLoop } from './passLoop.ts';
import { type EngineServices, messageOf } from './services.ts';
import { createUnsavedFiles } from './unsaved.ts';
import { createUpkeepHelper, type FolderHelper } from './upkeepHelper.ts';
import { takeWriterLock, type WriterLock } from './writerLock.ts';

/** Looks at whether a resting engine carries on. */
const REST_LOOK_MS = 100;

/** One folder's index from opening to closing: takes the writer's lock or follows the writer, says how it stands, and repairs it. */
export class FolderIndex {
  readonly folder: string;
  /** What stands in editors and is not saved. */
  readonly unsaved = createUnsavedFiles();
  /** Works on the tables when these are large. */
  readonly helper: FolderHelper;
  readonly #params: OpenParams;
  readonly #services: EngineServices;
  readonly #context: FolderContext;
  readonly #gate;
  readonly #fingerprint: string;
  readonly #index: LiveIndex;
  readonly #passes: PassLoop;
  readonly #size;
  #lock: WriterLock | undefined;
  #phase: IndexPhase = 'opening';
  #message = '';
  #progress: Progress | undefined;
  #scanned: Inside & { readonly skipped: number } = { skipped: 0, repositories: [], startedMs: 0 };
  #closed = false;
  #resting = false;
  #looking: Promise<void> | undefined;
  #endWatch: (() => void) | undefined;
  readonly #warn = (error: unknown): void => this.#say('warn', messageOf(error));

  constructor(folder: string, params: OpenParams, services: EngineServices, context: FolderContext) {
    this.folder = folder;
    this.#params = params;
    this.#services = services;
    this.#context = context;
    this.helper = createUpkeepHelper(params.indexDir, () => this.#gate.closed || this.#passes.isHalted, services.upkeepProcessAbove);
    this.#gate = createGate(params.paused, () => this.helper.interrupt());
    this.#size = createIndexSize(params.indexDir);
    this.#fingerprint = indexFingerprint(services.embedder?.info);
    this.#index = new LiveIndex({
      indexDir: params.indexDir,
      fingerprint: this.#fingerprint,
      embedder: services.embedder?.info,
      embedderFor: (key) => services.embedderFor(key),
      helper: this.helper,
      onDamage: (store, error) => this.#recover(store, error),
      onTrouble: this.#warn,
    });
    this.#passes = new PassLoop({
      folder,
      params,
      services,
      index: this.#index,
      gate: this.#gate,
      mayRun: () => this.#lock !== undefined && !this.#closed,
      onPhase: (phase) => {
        if (phase !== 'indexing' && phase !== 'scanning') this.#progress = undefined;
        this.#phase = phase;
        this.#emit();
      },
      onProgress: ({ done, written }, total) => {
        this.#progress = { startedAt: this.#progress?.startedAt ?? Date.now(), total, done, written };
        this.#emit();
      },
      onScanned: ({ skipped, ...inside }) => {
        this.#scanned = { ...inside, skipped: skipped.length };
      },
      onPassed: async (all) => {
        await (all ? this.#size.measure() : this.#size.renew());
        this.#message = '';
      },
      isTyping: context.isTyping,
      say: (level, message) => this.#say(level, message),
    });
  }

  /**
   * Runs a read over the generation that answers now; undefined while there is none. Its store stays open until the read has ended, also
   * when another one takes its place meanwhile. Data that cannot be read makes the index start anew.
   */
  read<T>(action: (generation: OpenGeneration) => Promise<T>): Promise<T | undefined> {
    return this.#index.read(action);
  }

  get ledger(): ReadonlyMap<string, LedgerEntry> {
    return this.#index.answering?.ledger ?? new Map();
  }

  /** What has been done so far, and what comes first. */
  get passes(): Pick<PassLoop, 'totals' | 'writtenChunks' | 'show'> {
    return this.#passes;
  }

  /** Opens what is there, and starts to bring it in step with the disk. Throws an error for people when neither is possible. */
  async open(): Promise<void> {
    const { indexDir } = this.#params;
    let { state, detail } = await (this.#context.inspect ?? inspectEarly(indexDir))(this.#fingerprint);
    if (state === 'newer-format') throw newerIndex(indexDir, detail);
    if (state !== 'ready' && this.#params.index) this.#services.prepare();
    const writable = this.#params.index && (await this.#tryToWrite());
    // Without the lock, what the clean-up of somebody else takes away looks like damage.
    if (writable && state === 'damaged') ({ state, detail } = await inspectEarly(indexDir)(this.#fingerprint));
    if (writable) await this.#openOrRebuild(state === 'damaged' ? detail : undefined);
    else if (!(await this.#openAsReader()) && this.#phase !== 'following' && this.#params.index) {
      throw engineError(ErrorCode.IndexNotWritable, `The index folder ${indexDir} cannot be written: choose another one.`);
    }
    this.#endWatch = watchFolder({
      folder: this.folder,
      git: this.#params.index,
      inside: () => this.#scanned,
      reconcileMs: this.#params.reconcileMs,
      onAnything: () => this.changed([]),
      // A disk that cannot be written now may be later.
      follow: this.#phase === 'following' || this.#phase === 'read-only' ? () => this.#follow() : undefined,
      onTrouble: this.#warn,
    });
    this.#emit();
  }

  /** Paths that may have changed, relative; none means everything. */
  changed(paths: readonly string[]): void {
    this.#passes.changed(paths);
  }

  /** Settles when no step runs any more; a commit ends first, an upkeep at once. From then on nothing is written. */
  async pause(): Promise<void> {
    this.#gate.close();
    this.#emit();
    await this.#gate.idle();
    this.#emit();
  }

  resume(): void {
    this.#gate.open();
    this.#emit();
    this.#passes.start();
  }

  /** Indexing waits for the mains; a person who resumes meanwhile is obeyed. */
  setOnBattery(battery: boolean): void {
    if (battery) this.#gate.close('battery');
    else this.#gate.open('battery');
    this.#emit();
    this.#passes.start();
  }

  /** Finishes the batch and starts nothing more, as the process is about to be replaced; searches go on. */
  async rest(): Promise<void> {
    this.#resting = true;
    await this.#passes.halt();
  }

  /** As {@link rest}, and gives up what is being embedded: this index is about to be closed. */
  async windUp(): Promise<void> {
    this.#passes.abandon();
    await this.rest();
  }

  carryOn(): void {
    this.#resting = false;
    this.#passes.carryOn();
    this.changed([]);
  }

  async rebuild(): Promise<void> {
    await this.#looking;
    if (this.#lock === undefined && !(await this.#tryToWrite())) {
      throw engineError(ErrorCode.IndexNotWritable, 'Another window or process writes this index: rebuild it there.');
    }
    this.#passes.abandon();
    await this.#passes.stop();
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
    while (!this.#closed && (this.#resting || (this.#passes.running !== undefined && !this.#gate.closed))) {
      await (this.#resting ? new Promise((resolve) => setTimeout(resolve, REST_LOOK_MS)) : this.#passes.running);
    }
    return { status: this.status(), ...this.#passes.totals };
  }

  status(): IndexStatus {
    return describeStatus({
      folder: this.folder,
      indexDir: this.#params.indexDir,
      phase: this.#gate.closed && this.#lock !== undefined ? 'paused' : this.#phase,
      message: this.#message || noteOfPause(this.#gate) || this.#services.embedderProblem,
      progress: this.#progress,
      ledger: this.ledger,
      buildingLedger: this.#index.older === undefined ? undefined : this.#index.own?.ledger,
      skippedByRule: this.#scanned.skipped,
      bytesOnDisk: this.#size.bytes,
      embedder: embedderStatus(this.#services),
      semantic: this.#services.embedder !== undefined && (this.#index.older === undefined || this.#index.older.embedder !== undefined),
      now: Date.now(),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endWatch?.();
    await Promise.all([this.helper.close(), this.windUp()]);
    await this.#looking;
    await this.#index.letGo();
    await this.#lock?.release();
  }

  /** What one of several reads finds damaged is replaced once: the others find another store in its place. */
  async #recover(store: IndexStore, error: StoreDamagedError): Promise<void> {
    if (this.#lock !== undefined) await this.#passes.stop();
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

  async #openOrRebuild(damage?: string): Promise<void> {
    const opening = damage === undefined ? this.#openAsWriter(false) : Promise.reject(new StoreDamagedError(damage));
    await opening.catch(async (error: unknown) => {
      if (!(error instanceof StoreDamagedError)) throw error;
      this.#say('warn', `The index was damaged and is being rebuilt: ${error.message}`);
      await this.#openAsWriter(true);
    });
  }

  async #openAsWriter(fresh: boolean): Promise<void> {
    if (fresh) await this.#index.drop();
    // Its size on disk is measured after the first pass.
    await this.#index.open(true);
    await rememberFolder(this.#params.indexDir, this.folder);
    await sweepBesideStore(this.#params.indexDir);
    const { removedRows, forgottenFiles } = await this.#index.repair();
    if (removedRows + forgottenFiles > 0)
      this.#say('info', `An unfinished commit was undone: ${removedRows} rows removed, ${forgottenFiles} files to read again.`);
    this.changed([]);
  }

  /** False when there is nothing to read. */
  async #openAsReader(): Promise<boolean> {
    try {
      await this.#index.open(false);
      await this.#size.measure();
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

  /** One look at a time: of two that find the writer gone, the second would take this process for another writer. */
  #follow(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    const was = this.#phase;
    if (this.#lock === undefined && (await this.#tryToWrite())) {
      this.#say(
        'info',
        `${was === 'read-only' ? 'The index folder can be written now' : 'The former writer of this index is gone'}: this process writes it.`,
      );
      this.#phase = 'opening';
      await this.#openOrRebuild().catch(async (error: unknown) => {
        // Whoever looks next may succeed, this process among them.
        await this.#lock?.release();
        this.#lock = undefined;
        this.#phase = 'following';
        throw error;
      });
    } else if (this.#lock === undefined) {
      const store = this.#index.answering?.store;
      try {
        if (await lookAgain(this.#index, this.#params.indexDir)) await this.#size.measure();
      } catch (error) {
        if (store === undefined || !(error instanceof StoreDamagedError)) throw error;
        await this.#recover(store, error);
      }
      this.#emit();
    }
  }

  #emit(): void {
    if (!this.#closed) this.#context.onStatus(this.status());
  }

  #say(level: 'info' | 'warn' | 'error', message: string): void {
    if (level !== 'info') this.#message = message;
    this.#context.log(level, message);
    this.#emit();
  }
}

import { CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc';
import type { OpenParams, PassTotals } from '../protocol/engine.ts';
import { StoreDamagedError } from '../store/index.ts';
import type { Gate } from './gate.ts';
import type { IndexOutcome, IndexProgress } from './indexer.ts';
import type { LiveIndex, OpenGeneration } from './liveIndex.ts';
import { runPass } from './pass.ts';
import type { Scanned } from './planFolder.ts';
import { type EngineServices, messageOf } from './services.ts';
import { type Share, shareOf, withoutTurns } from './turns.ts';
import { createWorkQueue, type Work } from './workQueue.ts';

/** A failed pass is tried again after this long, doubling each time up to the last. */
const RETRY_MS = [1000, 5000, 30_000, 120_000] as const;

/** A pass over fewer files is over before anybody notices. */
const MANY_FILES = 24;
/** While somebody types, a step of a long pass waits at most this long, and looks this often for something better to do. */
const TYPING_MS = 10_000;
const TYPING_LOOK_MS = 50;
/** A folder with files that somebody looks at gets so much more of what the folders share. */
const WEIGHT_WHEN_SEEN = 4;

export interface PassLoopOptions {
  /** Absolute, real path. */
  readonly folder: string;
  readonly params: OpenParams;
  readonly services: EngineServices;
  readonly index: LiveIndex;
  readonly gate: Gate;
  /** False while this process may not write the index. */
  readonly mayRun: () => boolean;
  readonly isTyping: () => boolean;
  readonly onPhase: (phase: 'scanning' | 'indexing' | 'upkeep' | 'ready' | 'failed') => void;
  readonly onProgress: (progress: IndexProgress, total: number) => void;
  readonly onScanned: (scanned: Scanned) => void;
  /** A pass is through; after one over everything `all` is true. */
  readonly onPassed: (all: boolean) => Promise<void>;
  readonly say: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/**
 * Brings the generations of one folder in step with the disk, again and again, as changes are told. One pass runs at a time; changes
 * meanwhile wait for the next, and a pass that fails is tried again later.
 */
export class PassLoop {
  readonly #options: PassLoopOptions;
  readonly #queue = createWorkQueue();
  #running: Promise<void> | undefined;
  #cancel: CancellationTokenSource | undefined;
  #stopping = false;
  /** Files that the long pass reads. */
  #files = 0;
  #failures = 0;
  /** What failed is tried again then. */
  #retry: NodeJS.Timeout | undefined;
  #totals: PassTotals;
  #writtenChunks = 0;
  #first: readonly string[];
  readonly #share: Share;

  constructor(options: PassLoopOptions) {
    this.#options = options;
    this.#first = options.params.first ?? [];
    const weight = (): number => (this.#first.length > 0 ? WEIGHT_WHEN_SEEN : 1);
    this.#share = shareOf(options.services.turns, weight, options.gate, () => this.#stopping);
    this.#totals = options.params.before ?? { indexedFiles: 0, indexedChunks: 0, removedFiles: 0, ms: 0 };
  }

  /** Settles when the pass that runs now has ended; undefined when none runs. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** True from the wish to halt until it carries on. */
  get isHalted(): boolean {
    return this.#stopping;
  }

  get totals(): PassTotals {
    return this.#totals;
  }

  /** Chunks written so far, those of passes that are not through among them. */
  get writtenChunks(): number {
    return this.#writtenChunks;
  }

  /** Paths that may have changed, relative; none means everything. */
  changed(paths: readonly string[]): void {
    this.#queue.add(paths);
    this.start();
  }

  /** Paths that somebody looks at now: they are searchable first. */
  show(paths: readonly string[]): void {
    this.#first = paths;
  }

  /** Starts a pass when there is something to do and nothing against it. */
  start(): void {
    if (this.#running !== undefined || this.#stopping || this.#queue.empty || !this.#options.mayRun()) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.start();
    });
  }

  /** Ends the running pass after its step, also one that waits at a closed gate, and starts none until `carryOn`. */
  async halt(): Promise<void> {
    this.#stopping = true;
    await this.#options.gate.interrupt();
    await this.#running;
  }

  carryOn(): void {
    this.#stopping = false;
    this.start();
  }

  /** Ends the running pass. The next change starts another one. */
  async stop(): Promise<void> {
    await this.halt();
    this.#stopping = false;
  }

  /** Nobody wants what is being embedded; for before `stop`. */
  abandon(): void {
    this.#cancel?.cancel();
    this.#cancelRetry();
  }

  #cancelRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  async #run(): Promise<void> {
    const { onPhase } = this.#options;
    try {
      await this.#pass();
      if (this.#retry === undefined) {
        this.#failures = 0;
        onPhase('ready');
        return;
      }
      // Single files could be written again: what failed before need not wait any longer, and nothing is ready until it is done.
      this.#cancelRetry();
      this.#queue.addAll();
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #pass(): Promise<void> {
    const { index, gate, onPassed, say } = this.#options;
    await gate.passed();
    const work = this.#stopping ? undefined : this.#queue.take();
    const { own, older } = index;
    if (work === undefined || own === undefined) return;
    const startedAt = Date.now();
    this.#cancel = new CancellationTokenSource();
    // What answers comes first: it is in step with the disk while the other one is built.
    for (const generation of index.written) {
      const isOwn = generation === own;
      const outcome = await this.#bring(generation, work, true).catch((error: unknown) => this.#olderFailed(isOwn, error));
      if (isOwn) this.#count(outcome);
    }
    if (work.all && !this.#stopping) {
      await index.complete();
      if (older !== undefined) say('info', 'The new index is complete and answers from now on.');
    }
    this.#totals = { ...this.#totals, ms: this.#totals.ms + Date.now() - startedAt };
    await onPassed(work.all);
  }

  #count({ files, chunks, removed }: IndexOutcome): void {
    const { indexedFiles, indexedChunks, removedFiles, ms } = this.#totals;
    this.#totals = { indexedFiles: indexedFiles + files, indexedChunks: indexedChunks + chunks, removedFiles: removedFiles + removed, ms };
  }

  /** Brings one generation in step with the disk. A long pass looks at single saved files in between; such a look is not `long`. */
  #bring(generation: OpenGeneration, work: Work, long: boolean): Promise<IndexOutcome> {
    const { folder, params, services, gate, index, onPhase, onProgress, onScanned, say } = this.#options;
    const isOwn = generation === index.own;
    return runPass({
      folder,
      indexDir: params.indexDir,
      files: params.files,
      first: this.#first,
      work,
      generation,
      services,
      gate,
      // What was saved does not wait for the other folders.
      share: work.all ? this.#share : withoutTurns(gate),
      between: long ? () => this.#between() : undefined,
      onPhase: (phase) => {
        if (long) onPhase(phase);
      },
      onProgress: (progress, total) => {
        this.#writtenChunks += progress.chunks;
        if (long) this.#files = total;
        if (long && isOwn) onProgress(progress, total);
      },
      onScanned,
      say,
      cancelled: () => this.#stopping,
      token: this.#cancel?.token ?? CancellationToken.None,
    });
  }

  /** What comes between two steps of a long pass: files that were saved meanwhile, and the person's own typing. */
  async #between(): Promise<void> {
    const { isTyping } = this.#options;
    const until = Date.now() + TYPING_MS;
    await this.#lookAtSaves();
    while (this.#files > MANY_FILES && isTyping() && !this.#stopping && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, TYPING_LOOK_MS));
      await this.#lookAtSaves();
    }
  }

  /** Files that are saved during a long pass are searchable at once; the next pass looks at them again. */
  async #lookAtSaves(): Promise<void> {
    const paths = this.#queue.fresh();
    const generation = this.#options.index.written[0];
    if (paths.length > 0 && generation !== undefined) await this.#bring(generation, { all: false, paths }, false);
  }

  /** What is wrong with an older generation does not keep the wanted one from being built. */
  async #olderFailed(isOwn: boolean, error: unknown): Promise<IndexOutcome> {
    if (isOwn) throw error;
    this.#options.say('warn', `The older index is not in step with the disk any more: ${messageOf(error)}`);
    if (error instanceof StoreDamagedError) await this.#options.index.forgetOlder(true);
    return { files: 0, chunks: 0, removed: 0 };
  }

  async #failed(error: unknown): Promise<void> {
    const { index, say, onPhase } = this.#options;
    if (error instanceof StoreDamagedError) {
      await index.drop();
      await index.open(true);
      say('warn', `The index was damaged and is being rebuilt: ${error.message}`);
      this.#queue.addAll();
      return;
    }
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 1000;
    this.#failures++;
    onPhase('failed');
    say('error', `Indexing stopped: ${messageOf(error)}. It is tried again in ${wait / 1000} s; what is indexed still answers.`);
    this.#cancelRetry();
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.changed([]);
    }, wait);
    this.#retry.unref();
  }
}

import type { CancellationToken } from 'vscode-jsonrpc';
import type { FileSettings, FoundFile } from '../core/files.ts';
import { putFirst } from '../core/plan.ts';
import { recentlyCommitted } from '../files/recent.ts';
import { UpkeepDiedError, UpkeepInterruptedError } from '../store/index.ts';
import type { Gate } from './gate.ts';
import { type IndexOutcome, type IndexProgress, indexFiles } from './indexer.ts';
import { readLastCheck, writeLastCheck } from './lastCheck.ts';
import type { OpenGeneration } from './liveIndex.ts';
import { planFolder, type Scanned } from './planFolder.ts';
import { renewTimes } from './renewTimes.ts';
import type { EngineServices } from './services.ts';
import { batchJournalOf, journalOf, readSuspects, type Suspects } from './suspects.ts';
import type { Share } from './turns.ts';
import type { Work } from './workQueue.ts';

/** Rows outside the indexes after which single saves are worth an upkeep. */
const UNINDEXED_ROWS = 1000;
/** After a look at everything, also this share of all rows: those outside are found, but scored with the word frequencies of the others. */
const UNINDEXED_SHARE = 0.01;
/** How soon a file is seen that is saved during the upkeep. */
const LOOK_MS = 20;
/** The process of an upkeep may have died of something else, a person's hand or a lack of memory, hence two times. */
const DEATHS_ALLOWED = 1;
const MOST_NAMED = 5;
/** Share of replaced rows above which the corpus statistics are counted anew. */
const DRIFT_FOR_RECOUNT = 0.2;

export interface Pass {
  readonly folder: string;
  readonly indexDir: string;
  readonly files: FileSettings;
  /** Paths that somebody looks at: of many files to read these come first. */
  readonly first: readonly string[];
  readonly work: Work;
  readonly generation: OpenGeneration;
  readonly services: EngineServices;
  readonly gate: Gate;
  /** The part of this folder in what all folders share. */
  readonly share: Share;
  /** Called between two steps of a long pass; undefined for what such a call itself does. */
  readonly between: (() => Promise<void>) | undefined;
  readonly onPhase: (phase: 'scanning' | 'indexing' | 'upkeep') => void;
  readonly onProgress: (progress: IndexProgress, total: number) => void;
  readonly onScanned: (scanned: Scanned) => void;
  readonly say: (level: 'info' | 'warn', message: string) => void;
  readonly cancelled: () => boolean;
  /** Cancelled when nobody wants what is being embedded. */
  readonly token: CancellationToken;
}

/** Fewer files than this are soon read in any order. */
const WORTH_ORDERING = 24;

const NOTHING: IndexOutcome = { files: 0, chunks: 0, removed: 0 };

/** Brings the index in step with the disk once: plan, index, upkeep. Whatever fails leaves what was committed. */
export async function runPass(pass: Pass): Promise<IndexOutcome> {
  const { work, between } = pass;
  const { fingerprint, store, corpus, ledger, embedder } = pass.generation;
  if (work.all) pass.onPhase('scanning');
  const startedAt = Date.now();
  if (work.all) corpus.recent = await recentlyCommitted(pass.folder);
  const checkedMs = await readLastCheck(pass.indexDir, fingerprint);
  const { plan: unordered, scanned } = await planFolder(pass.folder, work, ledger, pass.files, checkedMs);
  const plan = { ...unordered, read: inOrderOfInterest(pass, unordered.read) };
  if (scanned !== undefined) pass.onScanned(scanned);
  let outcome = NOTHING;
  if (plan.read.length > 0 || plan.removed.length > 0) {
    const before = new Map(ledger);
    const suspects = await readSuspects(pass.indexDir, plan.read, pass.services.crashedPid);
    sayLast(pass, suspects);
    for (const { path } of suspects.quarantined) {
      pass.say('warn', `The engine ended twice while it read ${path}: the file is left out until it changes.`);
    }
    pass.onProgress({ done: 0, written: 0, chunks: 0 }, plan.read.length);
    pass.onPhase('indexing');
    outcome = await indexFiles({
      folder: pass.folder,
      plan,
      store,
      ledger,
      services: pass.services,
      embedder,
      gate: pass.gate,
      share: pass.share,
      maxFileBytes: pass.files.maxFileBytes,
      suspects,
      urgent: between === undefined,
      // The parser may be at a file of the long pass as well, and the journal names one.
      journal: between === undefined ? '' : journalOf(pass.indexDir),
      batchJournal: between === undefined ? '' : batchJournalOf(pass.indexDir),
      onCommit: (updates) => corpus.add(updates),
      onProgress: (progress) => pass.onProgress(progress, plan.read.length),
      between: between ?? (() => Promise.resolve()),
      cancelled: pass.cancelled,
      token: pass.token,
    }).finally(pass.share.leave);
    await renewTimes(store, before, ledger);
  }
  if (pass.cancelled()) return outcome;
  if (scanned !== undefined) await writeLastCheck(pass.indexDir, fingerprint, startedAt);
  if (between !== undefined) await upkeep(pass, outcome.chunks, between);
  return outcome;
}

/** By name, unless there are so many that nobody would read it. */
function sayLast({ say }: Pass, { last }: Suspects): void {
  if (last.size > MOST_NAMED)
    say('info', `The engine ended while it worked on ${last.size} files: they are read last this time, one by one.`);
  else for (const path of last) say('info', `The engine ended while it read ${path}: it is read last this time, and alone.`);
}

async function upkeep(pass: Pass, written: number, between: () => Promise<void>): Promise<void> {
  const { generation, work, onPhase, say } = pass;
  const { store, corpus, ledger } = generation;
  const rows = [...ledger.values()].reduce((sum, entry) => sum + entry.chunks, 0);
  // A start over a large index that a few files were saved to is no reason to work on all its rows.
  const few = work.all ? Math.min(UNINDEXED_ROWS, rows * UNINDEXED_SHARE) : UNINDEXED_ROWS;
  if (written > UNINDEXED_ROWS || (await store.unindexedRows()) > few) {
    onPhase('upkeep');
    const done = store.upkeep({ whole: false, pace: (step) => untilDone(pass, step) });
    await lookMeanwhile(done, between).catch((error: unknown) => {
      if (!(error instanceof UpkeepDiedError)) throw error;
      // All rows are there, and found; the next pass over everything tries again.
      say('warn', `${error.message} twice: searches are slower until it has done its work.`);
    });
  }
  if (!work.all) return;
  if (corpus.drift > DRIFT_FOR_RECOUNT) await corpus.recount(store);
  await corpus.save();
}

/** Does a step of the upkeep: once more when its process died, and after a pause again when that ended it. */
async function untilDone({ share, cancelled }: Pass, step: () => Promise<void>): Promise<void> {
  for (let deaths = 0; !cancelled(); ) {
    try {
      await share.alone('upkeep', () => (cancelled() ? Promise.resolve() : step()));
      return;
    } catch (error) {
      const isDeath = error instanceof UpkeepDiedError;
      if (isDeath) deaths++;
      if (deaths > DEATHS_ALLOWED || !(isDeath || error instanceof UpkeepInterruptedError)) throw error;
    }
  }
}

/** Looks at files that are saved until the upkeep is done: building an index can take a minute, and nobody's save waits for that. */
async function lookMeanwhile(upkeep: Promise<void>, between: () => Promise<void>): Promise<void> {
  let isRunning = true;
  const ended = upkeep.finally(() => {
    isRunning = false;
  });
  try {
    while (isRunning) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
      if (isRunning) await between();
    }
  } finally {
    await ended;
  }
}

/** What people have open or have committed lately is what they ask for; with a large model the rest may take an hour. */
function inOrderOfInterest({ first, generation }: Pass, files: readonly FoundFile[]): readonly FoundFile[] {
  return files.length < WORTH_ORDERING ? files : putFirst(files, [...first, ...generation.corpus.recent]);
}

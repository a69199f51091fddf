import type { FoundFile } from '../core/files.ts';
import { MAX_ATTEMPTS, type WorkPlan } from '../core/plan.ts';
import type { Commit, FileUpdate, IndexStore, LedgerEntry } from '../store/types.ts';
import { isEnoughOfSuspects, planBatches } from './batches.ts';
import { type BatchJournal, openBatchJournal } from './batchJournal.ts';
import { type EmbedRun, toCommit } from './embedBatch.ts';
import { emptyUpdate } from './fileUpdate.ts';
import type { EngineServices } from './services.ts';
import type { Suspects } from './suspects.ts';
import type { Share } from './turns.ts';
import type { FileDraft } from './workerProtocol.ts';

/** Its ledger is what is searchable now, and kept in step with its commits. */
export interface IndexRun extends EmbedRun {
  readonly folder: string;
  readonly plan: WorkPlan;
  readonly store: IndexStore;
  readonly services: EngineServices;
  readonly share: Share;
  readonly maxFileBytes: number;
  readonly suspects: Suspects;
  /** Somebody has just saved these few files: they do not wait for those of a long run. */
  readonly urgent: boolean;
  /** The file that names what is being parsed. */
  readonly journal: string;
  /** The file that names what is parsed and not committed yet. */
  readonly batchJournal: string;
  readonly onCommit: (updates: readonly FileUpdate[]) => Promise<void>;
  readonly onProgress: (progress: IndexProgress) => void;
}

/** How far a run is. Told with each commit, and about twice a second between them. */
export interface IndexProgress {
  /** Files that are read and embedded. */
  readonly done: number;
  /** Those of them that are searchable. */
  readonly written: number;
  /** Chunks that were written since the last call. */
  readonly chunks: number;
}

export interface IndexOutcome {
  readonly files: number;
  readonly chunks: number;
  readonly removed: number;
}

/** Batches that the chunk thread has while one is embedded. Parsing takes longest of all, and with one alone the thread waits now and then. */
const BATCHES_AHEAD = 2;
/**
 * After the first batches, which are searchable at once, files of this much time or source become searchable together: each commit costs,
 * then and with each search. The longer a run takes, the longer it may wait with what is ready.
 */
const COMMIT_MS = { least: 2000, most: 10_000, shareOfRun: 1 / 8 } as const;
const COMMIT_BYTES = 6_000_000;
const SMALL_BATCHES = 3;
/** Between two words about progress: what a status says costs a look at every file of the index. */
const TELL_MS = 500;

/** Batches that are ready to be written. */
interface Pending extends Commit {
  /** Files that the batches had. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

const NOTHING: Pending = { updates: [], removed: [], paths: [], bytes: 0 };

/**
 * Reads, chunks, embeds and commits the files of a plan. Three stages overlap: while some batches are committed, the next
 * is embedded and the one after is parsed. A file becomes visible together with all its chunks.
 */
export async function indexFiles(run: IndexRun): Promise<IndexOutcome> {
  const inWork = openBatchJournal(run.batchJournal);
  try {
    return await indexBatches(run, inWork);
  } finally {
    inWork.end();
  }
}

async function indexBatches(run: IndexRun, inWork: BatchJournal): Promise<IndexOutcome> {
  let done = 0;
  let ready = 0;
  let files = 0;
  let chunks = 0;
  let pending = NOTHING;
  const startedAt = performance.now();
  let toldAt = startedAt;
  /** Commits of a long run are up to ten seconds apart, and with a large model minutes: whoever waits sees that it goes on. */
  const tell = (filesReady: number): void => {
    ready = filesReady;
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    run.onProgress({ done: ready, written: done, chunks: 0 });
  };
  let committedAt = startedAt;
  let committed: Promise<void> = Promise.resolve();
  /** What the ledger held of a file when it was read. */
  const readOver = new Map<string, LedgerEntry | undefined>();
  const { last, quarantined } = run.suspects;
  const { batches, firstCareful, isAlone } = planBatches(run.plan.read, run.suspects);
  const draft = (at: number): Promise<readonly FileDraft[]> => {
    const batch = batches[at];
    if (batch === undefined) return Promise.resolve([]);
    const known = batch.map(({ path, asked }) => {
      const entry = run.ledger.get(path);
      readOver.set(path, entry);
      const { hash: knownHash = '', skipReason: knownSkip = '' } = entry ?? {};
      return { path, knownHash, knownSkip, asked: asked === true };
    });
    const { folder, maxFileBytes, journal, urgent } = run;
    return run.services.chunkFiles({ folder, files: known, maxFileBytes, journal, urgent });
  };
  const write = async (batches: Pending): Promise<void> => {
    const next = notOvertaken(run, batches, readOver);
    if (!(await commit(run, { ...next, left: run.plan.read.length - done - batches.paths.length }))) return;
    inWork.remove(batches.paths);
    if (last.size > 0) await run.suspects.cleared(batches.paths);
    done += batches.paths.length;
    files += next.updates.filter(({ file }) => file.state === 'indexed').length;
    const written = next.updates.reduce((sum, update) => sum + update.chunks.length, 0);
    chunks += written;
    run.onProgress({ done: Math.max(done, ready), written: done, chunks: written });
  };
  const writePending = async (): Promise<void> => {
    await committed;
    inWork.add(pending.paths);
    committed = write(pending);
    committed.catch(() => undefined);
    pending = NOTHING;
    committedAt = performance.now();
  };
  const isDue = (at: number): boolean => {
    if (at === batches.length - 1) return true;
    if (at >= firstCareful) {
      return isAlone(at) || isAlone(at + 1) || isEnoughOfSuspects(pending.paths.length, pending.bytes);
    }
    if (at < SMALL_BATCHES || pending.bytes >= COMMIT_BYTES) return true;
    const wait = Math.max(COMMIT_MS.least, Math.min(COMMIT_MS.most, (committedAt - startedAt) * COMMIT_MS.shareOfRun));
    return performance.now() - committedAt >= wait;
  };

  if (run.plan.removed.length + quarantined.length > 0) {
    await commit(run, { updates: quarantined.map(quarantine), removed: run.plan.removed });
  }
  const ahead: Promise<readonly FileDraft[]>[] = [];
  let asked = 0;
  const askUpTo = (end: number): void => {
    while (asked < Math.min(end, firstCareful)) {
      const drafts = draft(asked++);
      // A failure in a batch ahead is seen when its turn comes; until then it must not count as unhandled.
      drafts.catch(() => undefined);
      ahead.push(drafts);
    }
  };
  for (let at = 0; at < batches.length && !run.cancelled(); at++) {
    const batch = batches[at] ?? [];
    await run.share.take(batch.length);
    await run.gate.passed();
    const isCareful = at >= firstCareful;
    if (at === firstCareful) {
      await writePending();
      await committed;
    }
    askUpTo(at + 1 + BATCHES_AHEAD);
    const drafts = await (ahead.shift() ?? draft(at));
    const paths = batch.map(({ path }) => path);
    inWork.add(paths);
    await run.between();
    const before = ready;
    const onEmbedded = (share: number): void => tell(before + Math.floor(share * batch.length));
    const next = await toCommit(run, batch, drafts, onEmbedded).catch(async (error: unknown) => {
      // What is ready counts before the failure does: the next pass then plans with it.
      await writePending();
      await committed;
      throw error;
    });
    if (isCareful) inWork.remove(paths);
    pending = joined(pending, next, batch);
    tell(before + batch.length);
    if (isDue(at) && !run.cancelled()) await writePending();
    if (isCareful) await committed;
  }
  await committed;
  return { files, chunks, removed: run.plan.removed.length };
}

function joined(pending: Pending, next: Commit, batch: readonly FoundFile[]): Pending {
  return {
    updates: [...pending.updates, ...next.updates],
    removed: [...pending.removed, ...next.removed],
    paths: [...pending.paths, ...batch.map(({ path }) => path)],
    bytes: pending.bytes + batch.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Leaves out files that were saved and indexed again since they were read: what is here of them is older. */
function notOvertaken({ ledger }: IndexRun, { updates, removed }: Pending, readOver: Map<string, LedgerEntry | undefined>): Commit {
  const isStill = (path: string): boolean => ledger.get(path) === readOver.get(path);
  const next = { updates: updates.filter(({ file }) => isStill(file.path)), removed: removed.filter(isStill) };
  for (const path of [...updates.map(({ file }) => file.path), ...removed]) readOver.delete(path);
  return next;
}

/** The record of a file that ends the process: it is left alone until it changes. */
function quarantine({ path, size, mtimeMs }: FoundFile): FileUpdate {
  const error = 'the engine ended each time it read this file';
  return emptyUpdate({ path, size, mtimeMs, hash: '', chunks: 0, state: 'failed', skipReason: '', error, attempts: MAX_ATTEMPTS });
}

/** False when the run was cancelled before. */
async function commit(run: IndexRun, next: Commit): Promise<boolean> {
  if (next.updates.length === 0 && next.removed.length === 0) return true;
  const isDone = await run.share.alone('commit', async () => {
    if (run.cancelled()) return false;
    await run.store.commit(next);
    return true;
  });
  if (isDone !== true) return false;
  for (const path of next.removed) run.ledger.delete(path);
  for (const { file } of next.updates) run.ledger.set(file.path, file);
  await run.onCommit(next.updates);
  return true;
}

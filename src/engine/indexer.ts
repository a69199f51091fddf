import type { CancellationToken } from 'vscode-jsonrpc';
import type { FoundFile } from '../core/files.ts';
import { MAX_ATTEMPTS, type WorkPlan } from '../core/plan.ts';
import type { Commit, FileUpdate, IndexStore, LedgerEntry } from '../store/types.ts';
import { type BatchJournal, openBatchJournal } from './batchJournal.ts';
import type { EmbedService } from './embedService.ts';
import { emptyUpdate, textsToEmbed, toUpdate } from './fileUpdate.ts';
import type { Gate } from './gate.ts';
import type { EngineServices } from './services.ts';
import type { Suspects } from './suspects.ts';
import type { Share } from './turns.ts';
import type { FileDraft } from './workerProtocol.ts';

export interface IndexRun {
  readonly folder: string;
  readonly plan: WorkPlan;
  readonly store: IndexStore;
  /** What is searchable now; the run keeps it in step with its commits. */
  readonly ledger: Map<string, LedgerEntry>;
  readonly services: EngineServices;
  /** Undefined for an index without vectors. */
  readonly embedder: EmbedService | undefined;
  readonly gate: Gate;
  readonly share: Share;
  readonly maxFileBytes: number;
  readonly suspects: Suspects;
  /** The file that names what is being parsed. */
  readonly journal: string;
  /** The file that names what is parsed and not committed yet. */
  readonly batchJournal: string;
  readonly onCommit: (updates: readonly FileUpdate[], removed: readonly string[]) => void;
  readonly onProgress: (progress: IndexProgress) => void;
  /** Called between two steps of a long run; what it does is done before the next step. */
  readonly between: () => Promise<void>;
  readonly cancelled: () => boolean;
  readonly token: CancellationToken;
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

/** Batches grow: a small first one is searchable at once, larger ones later cost fewer commits. */
const BATCH_FILES = [24, 64, 160, 320] as const;
/** Bytes of source in one batch. Three batches are under way at most, and some wait to be written, so this bounds the memory of a run. */
const BATCH_BYTES = 1_000_000;
/**
 * After the first batches, which are searchable at once, files of this much time or source become searchable together: each commit costs,
 * then and with each search. The longer a run takes, the longer it may wait with what is ready.
 */
const COMMIT_MS = { least: 2000, most: 10_000, shareOfRun: 1 / 8 } as const;
const COMMIT_BYTES = 6_000_000;
const SMALL_BATCHES = 3;
/** Time between two looks at what else is to be done, while texts are embedded. */
const STEP_MS = 500;
const FIRST_STEP_TEXTS = 32;
/** Between two words about progress: what a status says costs a look at every file of the index. */
const TELL_MS = 500;

/** Batches that are ready to be written. */
interface Pending extends Commit {
  /** Files that the batches had. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

const NOTHING: Pending = { updates: [], removed: [], paths: [], bytes: 0 };

/** Of files that the engine died with, a large one is written alone, and of small ones so many and so much together. */
const CAREFUL = { files: 16, bytes: 64_000 } as const;

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
  const { last, alone, quarantined } = run.suspects;
  const batches = [...intoBatches(withoutSuspects(run))];
  /** From here on each file is a batch, and nothing else is in work beside it: then it is known what the engine dies of. */
  const firstCareful = batches.length;
  batches.push(...run.plan.read.filter(({ path }) => last.has(path)).map((file) => [file]));
  const isAlone = (at: number): boolean => (batches[at] ?? []).some(({ path, size }) => alone.has(path) || size >= CAREFUL.bytes);
  const draft = (at: number): Promise<readonly FileDraft[]> => {
    const batch = batches[at];
    if (batch === undefined) return Promise.resolve([]);
    const known = batch.map(({ path, asked }) => {
      const entry = run.ledger.get(path);
      readOver.set(path, entry);
      const { hash: knownHash = '', skipReason: knownSkip = '' } = entry ?? {};
      return { path, knownHash, knownSkip, asked: asked === true };
    });
    return run.services.chunkFiles(run.folder, known, run.maxFileBytes, run.journal);
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
      return isAlone(at) || isAlone(at + 1) || pending.paths.length >= CAREFUL.files || pending.bytes >= CAREFUL.bytes;
    }
    if (at < SMALL_BATCHES || pending.bytes >= COMMIT_BYTES) return true;
    const wait = Math.max(COMMIT_MS.least, Math.min(COMMIT_MS.most, (committedAt - startedAt) * COMMIT_MS.shareOfRun));
    return performance.now() - committedAt >= wait;
  };

  if (run.plan.removed.length + quarantined.length > 0) {
    await commit(run, { updates: quarantined.map(quarantine), removed: run.plan.removed });
  }
  let ahead: Promise<readonly FileDraft[]> | undefined = draft(0);
  for (let at = 0; at < batches.length && !run.cancelled(); at++) {
    const batch = batches[at] ?? [];
    await run.share.take(batch.length);
    await run.gate.passed();
    const isCareful = at >= firstCareful;
    if (at === firstCareful) {
      await writePending();
      await committed;
    }
    const drafts = await (ahead ?? draft(at));
    const paths = batch.map(({ path }) => path);
    inWork.add(paths);
    ahead = at + 1 < firstCareful ? draft(at + 1) : undefined;
    // A failure in the batch ahead is seen when its turn comes; until then it must not count as unhandled.
    ahead?.catch(() => undefined);
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

function withoutSuspects({ plan, suspects }: IndexRun): readonly FoundFile[] {
  if (suspects.last.size + suspects.quarantined.length === 0) return plan.read;
  const left = new Set([...suspects.last, ...suspects.quarantined.map(({ path }) => path)]);
  return plan.read.filter(({ path }) => !left.has(path));
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
  run.onCommit(next.updates, next.removed);
  return true;
}

/** `onEmbedded` is told the share of the texts that are embedded, 0 to 1. */
async function toCommit(
  run: IndexRun,
  batch: readonly FoundFile[],
  drafts: readonly FileDraft[],
  onEmbedded: (share: number) => void,
): Promise<Commit> {
  const found = new Map(batch.map((file) => [file.path, file]));
  const texts = drafts.flatMap(textsToEmbed);
  const { embedder } = run;
  const vectors = embedder === undefined || texts.length === 0 ? null : await embedInSteps(run, embedder, texts, onEmbedded);
  const dimension = embedder?.info.dimension ?? 0;
  const updates: FileUpdate[] = [];
  const removed: string[] = [];
  let row = 0;
  for (const draft of drafts) {
    const known = run.ledger.get(draft.path);
    if (draft.state === 'indexed') {
      const count = draft.chunks.length + 1;
      const first = row;
      row += count;
      const own =
        vectors && Array.from({ length: count }, (_, i) => vectors.subarray((first + i) * dimension, (first + i + 1) * dimension));
      updates.push(toUpdate(draft, own));
    } else if (draft.state === 'gone') {
      if (known !== undefined) removed.push(draft.path);
    } else if (draft.state === 'unchanged') {
      // Only the time stamp moved: the record is renewed in memory, and on disk with the next change of this file.
      if (known !== undefined) run.ledger.set(draft.path, { ...known, size: draft.size, mtimeMs: draft.mtimeMs });
    } else {
      updates.push(emptyUpdate(withoutChunks(draft, found.get(draft.path), known)));
    }
  }
  return { updates, removed };
}

/** A pause must not wait for a whole batch, which a large model works on for minutes: a step grows and shrinks with what it takes. */
async function embedInSteps(
  run: IndexRun,
  embedder: EmbedService,
  texts: readonly string[],
  onEmbedded: (share: number) => void,
): Promise<Float32Array> {
  const { dimension } = embedder.info;
  const vectors = new Float32Array(texts.length * dimension);
  let size = FIRST_STEP_TEXTS;
  let at = 0;
  while (at < texts.length && !run.cancelled()) {
    const startedAt = performance.now();
    vectors.set(await embedder.embed(texts.slice(at, at + size), 'document', run.token), at * dimension);
    at += size;
    onEmbedded(Math.min(1, at / texts.length));
    size = Math.max(1, Math.min(2 * size, Math.round((size * STEP_MS) / Math.max(1, performance.now() - startedAt))));
    await run.between();
    await run.gate.passed();
  }
  return vectors;
}

function withoutChunks(
  draft: Extract<FileDraft, { state: 'skipped' | 'failed' }>,
  found: FoundFile | undefined,
  known: LedgerEntry | undefined,
): LedgerEntry {
  const empty = { path: draft.path, chunks: 0, skipReason: '', error: '' } as const;
  if (draft.state === 'skipped') {
    const { size, mtimeMs, hash, reason, detail } = draft;
    return { ...empty, size, mtimeMs, hash, state: 'skipped', skipReason: reason, error: detail, attempts: 0 };
  }
  // Size and time as found, so that the file is left alone after its last attempt until it changes.
  const { size, mtimeMs } = found ?? { size: 0, mtimeMs: 0 };
  const again = known?.state === 'failed' && known.size === size && known.mtimeMs === mtimeMs;
  const attempts = (again ? known.attempts : 0) + 1;
  return { ...empty, size, mtimeMs, hash: '', state: 'failed', error: draft.error, attempts };
}

function* intoBatches(files: readonly FoundFile[]): Generator<readonly FoundFile[]> {
  let batch: FoundFile[] = [];
  let bytes = 0;
  let made = 0;
  for (const file of files) {
    const limit = BATCH_FILES[Math.min(made, BATCH_FILES.length - 1)] ?? 1;
    if (batch.length > 0 && (batch.length >= limit || bytes + file.size > BATCH_BYTES)) {
      yield batch;
      made++;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}

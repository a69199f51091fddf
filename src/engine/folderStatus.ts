import type { IndexPhase, IndexStatus } from '../protocol/engine.ts';
import type { LedgerEntry } from '../store/types.ts';

/** Progress of the pass that runs now. */
export interface Progress {
  readonly startedAt: number;
  readonly total: number;
  readonly done: number;
}

export interface StatusParts {
  readonly folder: string;
  readonly indexDir: string;
  readonly phase: IndexPhase;
  readonly message: string;
  readonly progress: Progress | undefined;
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  readonly skippedByRule: number;
  readonly bytesOnDisk: number;
  readonly embedder: IndexStatus['embedder'];
  readonly semantic: boolean;
  readonly now: number;
}

/** Below this many seconds a rate says nothing yet. */
const SECONDS_FOR_A_RATE = 0.5;

/** Everything a person can be told about one folder's index, at one moment. */
export function describeStatus(parts: StatusParts): IndexStatus {
  const { progress } = parts;
  const seconds = progress === undefined ? 0 : (parts.now - progress.startedAt) / 1000;
  const rate = progress === undefined || seconds < SECONDS_FOR_A_RATE ? 0 : progress.done / seconds;
  const left = progress === undefined ? 0 : progress.total - progress.done;
  let files = 0;
  let chunks = 0;
  let skipped = parts.skippedByRule;
  let failed = 0;
  for (const entry of parts.ledger.values()) {
    if (entry.state === 'indexed') files++;
    else if (entry.state === 'skipped') skipped++;
    else failed++;
    chunks += entry.chunks;
  }
  return {
    folder: parts.folder,
    phase: parts.phase,
    filesDone: progress?.done ?? 0,
    filesTotal: progress?.total ?? 0,
    filesPerSecond: Math.round(rate),
    secondsLeft: rate > 0 ? Math.ceil(left / rate) : null,
    files,
    chunks,
    skipped,
    failed,
    bytesOnDisk: parts.bytesOnDisk,
    embedder: parts.embedder,
    semantic: parts.semantic,
    message: parts.message,
    indexDir: parts.indexDir,
  };
}

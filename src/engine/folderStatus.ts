import type { BuildingStatus, IndexPhase, IndexStatus } from '../protocol/engine.ts';
import type { inspectEarly } from '../store/index.ts';
import type { LedgerEntry } from '../store/types.ts';
import type { Gate } from './gate.ts';
import type { EngineServices } from './services.ts';

/** What a folder tells, and what it asks of its surroundings. */
export interface FolderContext {
  readonly isTyping: () => boolean;
  readonly onStatus: (status: IndexStatus) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Looks at the store, which has begun while the embedder was loaded. */
  readonly inspect?: ReturnType<typeof inspectEarly>;
}

/** Progress of the pass that runs now. */
export interface Progress {
  readonly startedAt: number;
  readonly total: number;
  /** Files that are read and embedded. */
  readonly done: number;
  /** Those of them that are searchable. */
  readonly written: number;
}

export interface StatusParts {
  readonly folder: string;
  readonly indexDir: string;
  readonly phase: IndexPhase;
  readonly message: string;
  readonly progress: Progress | undefined;
  /** Of what answers. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** Of what is built meanwhile; undefined when that is what answers. */
  readonly buildingLedger: ReadonlyMap<string, LedgerEntry> | undefined;
  readonly skippedByRule: number;
  readonly bytesOnDisk: number;
  readonly embedder: IndexStatus['embedder'];
  readonly semantic: boolean;
  readonly now: number;
}

/** Why nothing goes on, or why something still does; empty when there is nothing to say. */
export function noteOfPause({ closed, busy, waitsForPower }: Pick<Gate, 'closed' | 'busy' | 'waitsForPower'>): string {
  if (closed && busy) return 'What is being written at this moment is finished first. Nothing is begun after it.';
  return waitsForPower ? 'Indexing waits while the computer runs on battery.' : '';
}

/** The embedder as a person is told of it. */
export function embedderStatus({
  embedder,
  embedderProblem,
}: Pick<EngineServices, 'embedder' | 'embedderProblem'>): IndexStatus['embedder'] {
  if (embedder === undefined) return { id: 'none', device: '', dtype: '', reason: embedderProblem };
  const { id, device, dtype } = embedder.info;
  return { id, device, dtype, reason: embedder.note?.() ?? '' };
}

/** Below this many seconds a rate says nothing yet. */
const SECONDS_FOR_A_RATE = 0.5;

/** Everything a person can be told about one folder's index, at one moment. */
export function describeStatus(parts: StatusParts): IndexStatus {
  const { progress } = parts;
  const seconds = progress === undefined ? 0 : (parts.now - progress.startedAt) / 1000;
  const rate = progress === undefined || seconds < SECONDS_FOR_A_RATE ? 0 : progress.done / seconds;
  const left = progress === undefined ? 0 : progress.total - progress.done;
  const building = buildingStatus(parts);
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
    ...(building === undefined ? {} : { building }),
  };
}

/** Before the first look at the disk, what the older one holds stands for all files. */
function buildingStatus({ ledger, buildingLedger, progress, embedder }: StatusParts): BuildingStatus | undefined {
  if (buildingLedger === undefined) return undefined;
  let chunks = 0;
  for (const entry of buildingLedger.values()) chunks += entry.chunks;
  const files = buildingLedger.size;
  const total = progress === undefined ? Math.max(files, ledger.size) : files + progress.total - progress.written;
  return { embedder: embedder.id, files, chunks, coverage: total === 0 ? 1 : files / total };
}

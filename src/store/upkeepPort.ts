export type TableKind = 'chunks' | 'files';

/** How the vector index is asked, chosen by measuring when it was built. */
export interface VectorTuning {
  /** Vectors in the table when the index was built. */
  readonly rows: number;
  readonly partitions: number;
  readonly nprobes: number;
  readonly refineFactor: number;
  /** Share of the true ten nearest that this finds. */
  readonly recall: number;
}

/** What an upkeep does to a table that takes its time: by `text`, by `vectors` and by `keys` it is an index that is built anew. */
export type UpkeepWork = 'text' | 'vectors' | 'keys' | 'compaction';

/** Such work as plain data, so that another process can do it. That one writes on behalf of the holder of the writer's lock. */
export interface UpkeepJob {
  readonly dir: string;
  readonly fingerprint: string;
  readonly table: TableKind;
  readonly work: UpkeepWork;
}

/** How the vector index is to be asked after work on `vectors`; else nothing. */
export type UpkeepOutcome = VectorTuning | undefined;

/** A process of its own for upkeep, which can be ended in the middle of a job: what LanceDB has begun it cannot stop. */
export interface UpkeepHelper {
  /** True while nothing is to be begun that no person has asked for. */
  readonly isHeld: boolean;
  /** It is worth its start for tables of more chunks than this. */
  readonly aboveChunks: number;
  /** Rejects with `UpkeepInterruptedError` when it was ended on purpose; `asked` is for what a person waits for. */
  run(job: UpkeepJob, asked: boolean): Promise<UpkeepOutcome>;
}

/** The step was ended before it was through, on purpose. Nothing is lost but its time: a table has the versions that were committed. */
export class UpkeepInterruptedError extends Error {
  override readonly name = 'UpkeepInterruptedError';
}

/** The process of the upkeep ended by itself. The index is as good as before: what was committed stands. */
export class UpkeepDiedError extends Error {
  override readonly name = 'UpkeepDiedError';
}

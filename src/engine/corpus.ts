import { readFile, rename, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { createKnownNames, type KnownNames } from '../core/ranking/knownNames.ts';
import type { CorpusStatistics } from '../core/ranking/types.ts';
import { StatisticsBuilder } from '../core/statistics.ts';
import type { FileUpdate, IndexStore } from '../store/types.ts';

/** What ranking knows of one index beyond its rows: statistics, kept in step with its commits and saved beside it, and what questions taught. */
export interface Corpus {
  current(): CorpusStatistics;
  /** Paths that were committed lately, the last first, as the last look at the whole folder found them; none outside a repository. */
  recent: readonly string[];
  /** What names told earlier questions. */
  readonly names: KnownNames;
  /**
   * Counts what a first indexing adds. A changed file's former rows stay counted until the next `recount`: weights barely move. Thousands of rows
   * take a third of a second, in which questions are answered between two files.
   */
  add(updates: readonly FileUpdate[]): Promise<void>;
  /** Share of the rows that were added or replaced since the last full count. */
  readonly drift: number;
  recount(store: IndexStore): Promise<void>;
  save(): Promise<void>;
}

/** How long questions may have to wait for the counting. */
const SLICE_MS = 10;

/** The file, below the index folder, with the statistics of one generation. */
export function statisticsFile(generation: string): string {
  return `statistics_${generation}.bin`;
}

/** `path` is the file that the statistics are kept in. */
export async function openCorpus(path: string, store: IndexStore, expectedChunks: number): Promise<Corpus> {
  let builder = await load(path);
  let isSaved = builder !== null;
  let counted = builder?.current().chunks ?? 0;
  let added = 0;
  const recount = async (): Promise<void> => {
    const next = new StatisticsBuilder();
    await store.scanChunks((rows) => {
      for (const row of rows) next.addChunk(row.tokens, row.vector);
    });
    await store.scanFiles((rows) => {
      for (const row of rows) next.addFile(row.path, row.vector, row.skeletonVector);
    });
    builder = next;
    counted = next.current().chunks;
    added = 0;
    isSaved = false;
  };
  if (builder === null || Math.abs(counted - expectedChunks) > expectedChunks / 5) await recount();
  return {
    recent: [],
    names: createKnownNames(),
    current: () => (builder ?? new StatisticsBuilder()).current(),
    add: async (updates) => {
      // A full count meanwhile has these rows already.
      const into = builder;
      let startedAt = performance.now();
      for (const { file, chunks } of updates) {
        if (file.state !== 'indexed') continue;
        isSaved = false;
        for (const row of chunks) into?.addChunk(row.tokens, row.vector);
        into?.addFile(file.path, file.vector, file.skeletonVector);
        // A first count has nothing to drift from.
        if (counted > 0) added += chunks.length;
        if (performance.now() - startedAt < SLICE_MS) continue;
        await setImmediate();
        startedAt = performance.now();
      }
    },
    get drift() {
      return counted === 0 ? 0 : added / counted;
    },
    recount,
    save: async () => {
      if (builder === null || isSaved) return;
      const draft = `${path}.${process.pid}`;
      // What is added while this is written is for the next time.
      isSaved = true;
      try {
        await writeFile(draft, builder.toBytes());
        await rename(draft, path);
      } catch (error) {
        isSaved = false;
        throw error;
      }
    },
  };
}

async function load(path: string): Promise<StatisticsBuilder | null> {
  try {
    return StatisticsBuilder.fromBytes(await readFile(path));
  } catch {
    // Missing or unreadable: the statistics are counted from the store.
    return null;
  }
}

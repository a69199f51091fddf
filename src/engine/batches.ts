import type { FoundFile } from '../core/files.ts';
import type { Suspects } from './suspects.ts';

/**
 * The most files and bytes of source of the first batches, the last for all that follow. A small first one is searchable at once, larger ones later
 * cost fewer commits. Four batches are under way at most, and some wait to be written, so this bounds the memory of a run.
 */
const LIMITS = [
  { files: 16, bytes: 80_000 },
  { files: 64, bytes: 300_000 },
  { files: 160, bytes: 500_000 },
] as const;

/** Of files that the engine died with, a large one is written alone, and of small ones so many and so much together. */
const CAREFUL = { files: 16, bytes: 64_000 } as const;

export interface Batches {
  readonly batches: readonly (readonly FoundFile[])[];
  /** From here on each file is a batch, and nothing else is in work beside it: then it is known what the engine dies of. */
  readonly firstCareful: number;
  /** True for a batch that is written alone. */
  isAlone(at: number): boolean;
}

/** The files in the order in which they are read: those under suspicion last, those that are left out not at all. */
export function planBatches(read: readonly FoundFile[], { last, alone, quarantined }: Suspects): Batches {
  const left = new Set([...last, ...quarantined.map(({ path }) => path)]);
  const batches = [...intoBatches(left.size === 0 ? read : read.filter(({ path }) => !left.has(path)))];
  const firstCareful = batches.length;
  batches.push(...read.filter(({ path }) => last.has(path)).map((file) => [file]));
  const isAlone = (at: number): boolean => (batches[at] ?? []).some(({ path, size }) => alone.has(path) || size >= CAREFUL.bytes);
  return { batches, firstCareful, isAlone };
}

/** True when so many files that the engine died with are written together. */
export function isEnoughOfSuspects(files: number, bytes: number): boolean {
  return files >= CAREFUL.files || bytes >= CAREFUL.bytes;
}

function* intoBatches(files: readonly FoundFile[]): Generator<readonly FoundFile[]> {
  let batch: FoundFile[] = [];
  let bytes = 0;
  let made = 0;
  for (const file of files) {
    const limit = LIMITS[Math.min(made, LIMITS.length - 1)] ?? LIMITS[0];
    if (batch.length > 0 && (batch.length >= limit.files || bytes + file.size > limit.bytes)) {
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

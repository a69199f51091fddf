import type { FileSettings } from '../core/files.ts';
import { recordedGenerations } from '../store/index.ts';
import type { LiveIndex } from './liveIndex.ts';
import { planFolder } from './planFolder.ts';

/** A follower looks this often for the writer's commits and for the writer's end. */
export const FOLLOW_MS = 1000;
/** Looks without progress after which a follower stops waiting for its writer. */
const PATIENCE = 40;

/**
 * Takes in what the writer of an index has done since the last look: its commits, another generation in place of the one that answered,
 * an index where there was none. True when something else is open than before. Throws `StoreDamagedError`.
 */
export async function lookAgain(index: LiveIndex, indexDir: string): Promise<boolean> {
  const before = index.answering;
  if (before !== undefined) await index.refresh();
  else if ((await recordedGenerations(indexDir)).length > 0) await index.open(false);
  return index.answering !== before;
}

export interface Awaited {
  readonly folder: string;
  readonly files: FileSettings;
  readonly index: LiveIndex;
  /** False when this process follows no more: it is closed, or writes itself. */
  readonly isFollowing: () => boolean;
  readonly look: () => Promise<void>;
}

/** Settles when the writer has caught up with the disk, when it makes no more progress, or when this process follows no more. */
export async function writerCaughtUp({ folder, files, index, isFollowing, look }: Awaited): Promise<void> {
  let behind = Number.POSITIVE_INFINITY;
  let idle = 0;
  while (isFollowing() && idle < PATIENCE) {
    await look();
    const ledger = index.answering?.ledger ?? new Map();
    const { plan } = await planFolder(folder, { all: true, paths: [] }, ledger, files);
    const now = plan.read.length + plan.removed.length;
    if (now === 0 && index.answering !== undefined) return;
    idle = now < behind ? 0 : idle + 1;
    behind = now;
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS / 4));
  }
}

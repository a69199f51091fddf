import { writeCommit } from './commit.ts';
import { repairTables } from './repair.ts';
import type { Session } from './session.ts';
import { lanceFolder } from './tables.ts';
import type { IndexStore } from './types.ts';
import { buildIndexes, removeOldVersions, textIndexGrowth } from './upkeep.ts';

type Writing = Pick<IndexStore, 'commit' | 'repair' | 'upkeep' | 'complete'>;

/** What changes the tables. Each waits for the one before it. */
export function writing(session: Session): Writing {
  const { tables, options } = session;
  const { native, chunks, files } = tables;
  const growth = { chunks: textIndexGrowth(native, chunks.write), files: textIndexGrowth(native, files.write) };
  return {
    commit: async (commit) => {
      if (commit.updates.length === 0 && commit.removed.length === 0) return;
      await session.write(async (state) => {
        await writeCommit(tables, state, options.dimension, commit);
        await growth.chunks(commit.updates.reduce((sum, update) => sum + update.chunks.length, 0));
        await growth.files(commit.updates.length);
        await session.showWrites();
      });
    },

    repair: () =>
      session.write(async (state) => {
        const { removedRows, forgottenPaths } = await repairTables(tables, state.files);
        for (const path of forgottenPaths) state.files.delete(path);
        state.unsure.clear();
        state.mayHoldStrays = false;
        if (removedRows + forgottenPaths.length > 0) await session.showWrites();
        return { removedRows, forgottenFiles: forgottenPaths.length };
      }),

    upkeep: () =>
      session.write(async () => {
        const tuning = await buildIndexes(tables, session.tuning);
        if (tuning !== undefined && tuning !== session.tuning) await session.note({ vectors: tuning });
        // Readers move to the new version first, so that they do not miss the files of the old ones.
        await session.showWrites();
        await removeOldVersions(tables, lanceFolder(options.dir));
      }),

    complete: async () => {
      if (!session.isComplete) await session.write(() => session.note({ complete: true }));
    },
  };
}

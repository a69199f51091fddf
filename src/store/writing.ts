import { writeCommit } from './commit.ts';
import { indexGrowth } from './growth.ts';
import { repairTables } from './repair.ts';
import type { Session } from './session.ts';
import { lanceFolder } from './tables.ts';
import type { IndexStore } from './types.ts';
import { upkeepSteps } from './upkeep.ts';

type Writing = Pick<IndexStore, 'commit' | 'repair' | 'upkeep' | 'complete'>;

/** What changes the tables. Commits wait for the one before them, and go on while an upkeep runs. */
export function writing(session: Session): Writing {
  const { tables, options } = session;
  const growth = indexGrowth(session);
  return {
    commit: async (commit) => {
      if (commit.updates.length === 0 && commit.removed.length === 0) return;
      await session.write(async (state) => {
        const put = (): Promise<void> => writeCommit(tables, state, options.dimension, commit);
        const isBeside = session.isMaintained;
        await put().catch((error: unknown) => {
          if (!isBeside && !session.isMaintained) throw error;
          // The upkeep may have taken away the version that the commit stood on: once more, when its step has ended.
          return session.maintain(put);
        });
        const chunks = commit.updates.reduce((sum, update) => sum + update.chunks.length, 0);
        await growth.wrote(chunks, commit.updates.length, commit.left);
        await session.showWrites(new Set([...commit.updates.map(({ file }) => file.path), ...commit.removed]));
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

    upkeep: async ({ whole = true, pace } = {}) => {
      for (const step of upkeepSteps(session, lanceFolder(options.dir), whole)) {
        if (!session.isClosed) await (pace === undefined ? step() : pace(step));
      }
      growth.forget();
    },

    complete: async () => {
      if (!session.isComplete) await session.write(() => session.note({ complete: true }));
    },
  };
}

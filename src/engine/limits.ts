import type { MessageConnection } from 'vscode-jsonrpc';
import { type EngineOptions, RestartWanted } from '../protocol/engine.ts';
import { watchBattery } from './battery.ts';
import type { FolderIndex } from './folderIndex.ts';
import { watchMemory } from './memory.ts';

export const DEFAULT_MEMORY_LIMIT_MB = 1500;

/** A face that does not restart the engine within this time will not do so: then work goes on. */
const PATIENCE_MS = 10_000;

export interface Limits {
  /** A folder that is opened on battery waits as well. */
  opened(index: FolderIndex): void;
  /** Lets every folder finish its batch, and asks for a fresh process. */
  restart(reason: string): Promise<void>;
}

/** Keeps the engine from taking more memory than it may, and from working on battery. */
export function keepLimits(connection: MessageConnection, options: EngineOptions, indexes: () => readonly FolderIndex[]): Limits {
  const limitMB = options.memoryLimitMB ?? DEFAULT_MEMORY_LIMIT_MB;
  let battery = false;
  watchMemory({
    limitBytes: limitMB * 1e6,
    usedBytes: () => {
      const own = process.memoryUsage.rss();
      // A fresh engine would need as much for the upkeep: it is no better while this one is small itself.
      return own < (limitMB * 1e6) / 2 ? own : indexes().reduce((sum, { helper }) => sum + helper.bytes, own);
    },
    chunks: () => indexes().reduce((sum, index) => sum + index.passes.writtenChunks, 0),
    onExceeded: (used) =>
      void restart(`The engine has grown to ${Math.round(used / 1e6)} MB, more than the ${limitMB} MB it may take, and starts anew.`),
  });
  if (options.pauseOnBattery === true) {
    watchBattery((now) => {
      battery = now;
      for (const index of indexes()) index.setOnBattery(now);
    });
  }

  async function restart(reason: string): Promise<void> {
    await Promise.all(indexes().map((index) => index.rest()));
    const done = indexes().map(({ folder, passes }) => ({ folder, totals: passes.totals }));
    void connection.sendNotification(RestartWanted, { reason, done });
    setTimeout(() => {
      for (const index of indexes()) index.carryOn();
    }, PATIENCE_MS).unref();
  }

  return { opened: (index) => index.setOnBattery(battery), restart };
}

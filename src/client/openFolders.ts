import { CloseFolder, type FolderParams, type IndexStatus, OpenFolder, type OpenParams, Pause, Resume } from '../protocol/engine.ts';
import { WipeIndex } from '../protocol/health.ts';

/** The folders that are open, so that an engine that takes over can open them again. */
export interface OpenFolders {
  /** Learns from a call that the engine answered. */
  learn(method: string, params: unknown, result: unknown): void;
  all(): readonly OpenParams[];
}

export function openFolders(): OpenFolders {
  /** By the path that the face uses; `real` is the path that the engine resolved it to. */
  const open = new Map<string, { readonly params: OpenParams; readonly real: string }>();
  const keyOf = (folder: string) => [...open].find(([key, { real }]) => key === folder || real === folder)?.[0];
  const setPaused = (folder: string, paused: boolean) => {
    const key = keyOf(folder);
    const known = key === undefined ? undefined : open.get(key);
    if (key !== undefined && known) open.set(key, { ...known, params: { ...known.params, paused } });
  };
  return {
    all: () => [...open.values()].map(({ params }) => params),
    learn(method, params, result) {
      if (method === OpenFolder.method) {
        const opened = params as OpenParams;
        open.set(opened.folder, { params: opened, real: (result as IndexStatus | undefined)?.folder ?? opened.folder });
        return;
      }
      const { folder } = (params ?? {}) as Partial<FolderParams>;
      if (folder === undefined) return;
      if (method === CloseFolder.method || method === WipeIndex.method) open.delete(keyOf(folder) ?? folder);
      else if (method === Pause.method) setPaused(folder, true);
      else if (method === Resume.method) setPaused(folder, false);
    },
  };
}

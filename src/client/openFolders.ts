import { type ShownParams, ShowPaths } from '../protocol/editors.ts';
import {
  CloseFolder,
  type FolderParams,
  type IndexStatus,
  OpenFolder,
  type OpenParams,
  type PassTotals,
  Pause,
  Resume,
} from '../protocol/engine.ts';
import { WipeIndex } from '../protocol/health.ts';

/** The folders that are open, so that an engine that takes over can open them again. */
export interface OpenFolders {
  /** Learns from a call that the engine answered. */
  learn(method: string, params: unknown, result: unknown): void;
  /** Learns from a call that the engine refused. */
  unlearn(method: string, params: unknown): void;
  /** Learns what an engine has done that is about to be replaced. */
  done(folder: string, totals: PassTotals): void;
  all(): readonly OpenParams[];
}

export function openFolders(): OpenFolders {
  /** By the path that the face uses; `real` is the path that the engine resolved it to. */
  const open = new Map<string, { readonly params: OpenParams; readonly real: string }>();
  const keyOf = (folder: string) => [...open].find(([key, { real }]) => key === folder || real === folder)?.[0];
  const change = (folder: string, changes: Partial<OpenParams>) => {
    const key = keyOf(folder);
    const known = key === undefined ? undefined : open.get(key);
    if (key !== undefined && known) open.set(key, { ...known, params: { ...known.params, ...changes } });
  };
  return {
    all: () => [...open.values()].map(({ params }) => params),
    done: (folder, before) => change(folder, { before }),
    unlearn(method, params) {
      // What cannot be opened is closed, also when it was open in another way before.
      if (method !== OpenFolder.method) return;
      const { folder } = params as OpenParams;
      open.delete(keyOf(folder) ?? folder);
    },
    learn(method, params, result) {
      if (method === OpenFolder.method) {
        const opened = params as OpenParams;
        open.set(opened.folder, { params: opened, real: (result as IndexStatus | undefined)?.folder ?? opened.folder });
        return;
      }
      const { folder } = (params ?? {}) as Partial<FolderParams>;
      if (folder === undefined) return;
      if (method === CloseFolder.method || method === WipeIndex.method) open.delete(keyOf(folder) ?? folder);
      else if (method === ShowPaths.method) change(folder, { first: (params as ShownParams).paths });
      else if (method === Pause.method) change(folder, { paused: true });
      else if (method === Resume.method) change(folder, { paused: false });
    },
  };
}

import { isDeepStrictEqual } from 'node:util';
import { checkFolder } from '../files/folder.ts';
import { ErrorCode, type OpenParams } from '../protocol/engine.ts';
import { engineError } from './errors.ts';
import type { FolderIndex } from './folderIndex.ts';

/** A folder that a face has opened, with how it asked for it. */
export interface OpenFolderState {
  readonly index: FolderIndex;
  readonly params: OpenParams;
}

/** The folders that an engine has open. */
export interface Folders {
  /**
   * Opens a folder. One that is open already stays as it is, unless it is asked for in another way: then it is opened anew, and
   * whoever asks for it meanwhile gets the new one. Throws an error for people when it cannot be opened; it is closed then.
   */
  open(params: OpenParams): Promise<FolderIndex>;
  close(folder: string): Promise<void>;
  /** By real path or by the path that a face uses. Throws `NotOpen`. */
  get(folder: string): Promise<OpenFolderState>;
  all(): Promise<readonly OpenFolderState[]>;
  /** Those that are open at this moment. */
  now(): readonly OpenFolderState[];
  /** Takes a folder out that somebody else closes. */
  forget(folder: string): void;
  closeAll(): Promise<void>;
}

/** `create` makes the index of a folder (by real path) that is then opened. */
export function createFolders(create: (folder: string, params: OpenParams) => Promise<FolderIndex>): Folders {
  /** By real path; `aliases` maps the paths that faces use. */
  const states = new Map<string, OpenFolderState>();
  const aliases = new Map<string, string>();
  /** The last thing that was asked of each folder, and of these what opens it anew. Neither rejects. */
  const turns = new Map<string, Promise<unknown>>();
  const anew = new Map<string, Promise<unknown>>();

  const realPath = (folder: string): string => aliases.get(folder) ?? folder;
  const inTurn = <T>(folder: string, step: () => Promise<T>): Promise<T> => {
    const done = (turns.get(folder) ?? Promise.resolve()).then(step);
    turns.set(
      folder,
      done.catch(() => undefined),
    );
    return done;
  };

  async function start(folder: string, params: OpenParams): Promise<FolderIndex> {
    const index = await create(folder, params);
    states.set(folder, { index, params });
    try {
      await index.open();
      return index;
    } catch (error) {
      states.delete(folder);
      await index.close();
      throw error;
    }
  }

  async function startAnew(folder: string, known: OpenFolderState, params: OpenParams): Promise<FolderIndex> {
    states.delete(folder);
    await known.index.close();
    return start(folder, params);
  }

  const closeKnown = (folder: string): Promise<void> =>
    inTurn(folder, async () => {
      const known = states.get(folder);
      states.delete(folder);
      await known?.index.close();
    });

  return {
    async open(params) {
      const checked = await checkFolder(params.folder);
      if (!checked.ok) {
        await closeKnown(realPath(params.folder));
        throw engineError(folderCode(checked.problem), checked.sentence);
      }
      const { folder } = checked;
      aliases.set(params.folder, folder);
      return inTurn(folder, async () => {
        const known = states.get(folder);
        if (known === undefined) return start(folder, params);
        if (isDeepStrictEqual(lasting(known.params), lasting(params))) return known.index;
        // Until its last step has ended, the one that is open answers.
        await known.index.windUp();
        const opening = startAnew(folder, known, params);
        const settled = opening.catch(() => undefined).finally(() => anew.delete(folder));
        anew.set(folder, settled);
        return opening;
      });
    },
    close: (given) =>
      inTurn(realPath(given), async () => {
        const { index } = stateAt(realPath(given));
        states.delete(index.folder);
        await index.close();
      }),
    async get(given) {
      await anew.get(realPath(given));
      return stateAt(realPath(given));
    },
    async all() {
      await Promise.all(anew.values());
      return [...states.values()];
    },
    now: () => [...states.values()],
    forget: (folder) => void states.delete(folder),
    async closeAll() {
      await Promise.all([...states.values()].map(({ index }) => index.close()));
      states.clear();
    },
  };

  function stateAt(folder: string): OpenFolderState {
    const state = states.get(folder);
    if (state === undefined) throw engineError(ErrorCode.NotOpen, `${folder} is not open in Quarry.`);
    return state;
  }
}

/** What an index goes by for as long as it is open: not by which name it was asked for, nor what came first or before. */
function lasting({ indexDir, files, index, reconcileMs }: OpenParams): Pick<OpenParams, 'indexDir' | 'files' | 'index' | 'reconcileMs'> {
  return { indexDir, files, index, ...(reconcileMs !== undefined && { reconcileMs }) };
}

function folderCode(problem: 'missing' | 'not-a-folder' | 'unreadable'): (typeof ErrorCode)[keyof typeof ErrorCode] {
  if (problem === 'missing') return ErrorCode.FolderMissing;
  return problem === 'unreadable' ? ErrorCode.FolderNotReadable : ErrorCode.NotAFolder;
}

import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { meaningOf } from '../core/changes.ts';
import { FilesChanged } from '../protocol/engine.ts';
import type { Session } from './session.ts';

/** Changes are gathered this long before the engine hears of them. */
const GATHER_MS = 100;
/** Inside a `.git` only what tells of the files around it is followed: the folder has thousands of others. */
const IN_GIT = /(^|\/)\.git\/(?!HEAD$|info$|info\/exclude$)/;
const NEVER = /(^|\/)node_modules(\/|$)/;

/** Follows the folder until the person presses Ctrl+C. */
export async function watchFolder(session: Session): Promise<void> {
  const following = await follow(session);
  process.stderr.write('Following changes; press Ctrl+C to stop.\n');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await following.close();
}

/** Tells the engine what changes in the folder from now on. */
export async function follow({ client, folder }: Session): Promise<{ close(): Promise<void> }> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const paths = [...changed];
    changed.clear();
    client.request(FilesChanged, { folder, paths }).catch((error: unknown) => {
      // An engine that died compares everything with the disk when it is back.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    });
  };
  const relativeOf = (path: string): string => relative(folder, path).split(sep).join('/');
  const isIgnored = (path: string): boolean => NEVER.test(relativeOf(path)) || IN_GIT.test(relativeOf(path));
  const note = (path: string): void => {
    const told = relativeOf(path);
    if (isIgnored(path) || meaningOf(told) === 'nothing') return;
    changed.add(told);
    timer ??= setTimeout(tell, GATHER_MS);
  };
  const watcher = watch(folder, {
    ignoreInitial: true,
    // A link may lead anywhere, and what lies behind it is not indexed.
    followSymlinks: false,
    ignored: isIgnored,
  });
  watcher.on('all', (_event, path) => note(path));
  // What is replaced by something of the same size and time is no change to chokidar; the system tells it all the same.
  watcher.on('raw', (_event, name, details) => {
    const watched = typeof details === 'object' && details !== null && 'watchedPath' in details ? details.watchedPath : undefined;
    if (typeof watched !== 'string' || !name) return;
    note(basename(watched) === name ? watched : join(watched, name));
  });
  watcher.on('error', (error: unknown) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`));
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  // What changed before the watcher was ready nobody tells.
  await client.request(FilesChanged, { folder, paths: [] });
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    await watcher.close();
  };
  return { close };
}

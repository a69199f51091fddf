import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { FilesChanged } from '../protocol/engine.ts';
import type { Session } from './session.ts';

/** Changes are gathered this long before the engine hears of them. */
const GATHER_MS = 100;
const NEVER = new Set(['.git', 'node_modules']);

/** Follows the folder until the person presses Ctrl+C. */
export async function watchFolder({ client, folder }: Session): Promise<void> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const paths = [...changed];
    changed.clear();
    client.request(FilesChanged, { folder, paths }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  };
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (path) =>
      relative(folder, path)
        .split(sep)
        .some((part) => NEVER.has(part)),
  });
  watcher.on('all', (_event, path) => {
    changed.add(relative(folder, path).split(sep).join('/'));
    if (timer === undefined) timer = setTimeout(tell, GATHER_MS);
  });
  // A branch switch rewrites HEAD; everything is compared then.
  const head = watch(`${folder}/.git/HEAD`, { ignoreInitial: true });
  head.on('all', () => void client.request(FilesChanged, { folder, paths: [] }));
  await Promise.all([watcher, head].map((one) => new Promise<void>((resolve) => one.once('ready', () => resolve()))));
  // What changed before the watchers were ready nobody tells.
  await client.request(FilesChanged, { folder, paths: [] });
  process.stderr.write('Following changes; press Ctrl+C to stop.\n');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.all([watcher.close(), head.close()]);
}

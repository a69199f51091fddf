import { createHash } from 'node:crypto';
import path from 'node:path';

/**
 * The folder that holds the index of one workspace folder: below the storage of the workspace, named by the folder's path, so that
 * the folders of a workspace with several do not share one.
 */
export function indexDirOf(storage: string, folder: string): string {
  const name = path
    .basename(folder)
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 40);
  const digest = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
  return path.join(storage, 'index', `${name}-${digest}`);
}

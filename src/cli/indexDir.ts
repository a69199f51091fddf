import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** The user's cache folder for Quarry. */
export function cacheDir(): string {
  return envPaths('quarry', { suffix: '' }).cache;
}

/** Absolute path of the folder that models live in: what an option says, or a place among the user's data. */
export function modelsDir(wanted: string | undefined): string {
  return resolve(wanted ?? join(envPaths('quarry', { suffix: '' }).data, 'models'));
}

/** Where the index of a folder lives unless `--index-dir` says otherwise: named by the folder's real path. */
export function defaultIndexDir(folder: string): string {
  const real = realPathOf(resolve(folder));
  const key = createHash('sha256').update(real).digest('hex').slice(0, 16);
  return join(cacheDir(), 'indexes', `${basename(real).replace(/[^\w.-]/g, '_')}-${key}`);
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A missing folder gets its clear sentence from the engine, which checks it.
    return path;
  }
}

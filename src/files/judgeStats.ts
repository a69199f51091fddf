import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Skip } from './judge.ts';

/** `path` relative to `root` with `/`, or nothing when it lies outside. Both are absolute real paths. */
export function relativeInside(root: string, path: string): string | undefined {
  const from = relative(root, path);
  if (from === '..' || from.startsWith(`..${sep}`) || isAbsolute(from)) return undefined;
  return sep === '/' ? from : from.split(sep).join('/');
}

/** "1.4 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, '')} ${units[unit]}`;
}

async function judgeLink(root: string, path: string): Promise<Skip> {
  const target = await realpath(join(root, path)).catch(() => undefined);
  if (target === undefined) return { reason: 'unreadable', detail: 'a link that leads nowhere' };
  const inside = relativeInside(root, target);
  if (inside === undefined) return { reason: 'outside-folder', detail: `a link to ${target}` };
  return { reason: 'not-a-file', detail: `a link to ${inside || 'the folder itself'}, which counts under its own name` };
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSocket()) return 'a socket';
  if (stats.isFIFO()) return 'a named pipe';
  return 'a device';
}

/** Judges what lies at a path, without opening it. */
export async function judgeStats(root: string, path: string, stats: Stats, maxFileBytes: number): Promise<Skip | undefined> {
  if (stats.isSymbolicLink()) return judgeLink(root, path);
  if (!stats.isFile()) return { reason: 'not-a-file', detail: kindOf(stats) };
  if (stats.size === 0) return { reason: 'empty', detail: '0 bytes' };
  if (stats.size > maxFileBytes) {
    return { reason: 'too-large', detail: `${formatBytes(stats.size)}, the limit is ${formatBytes(maxFileBytes)}` };
  }
  return undefined;
}

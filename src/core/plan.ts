import type { FoundFile, SkippedFile, SkipReason } from './files.ts';

/** What a ledger says of a file, as far as planning needs it. */
export interface KnownFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly hash: string;
  readonly state: 'indexed' | 'skipped' | 'failed';
  readonly skipReason: SkipReason | '';
  readonly attempts: number;
}

export interface WorkPlan {
  /** Files to read again: new, changed by size or time, or due for another try. */
  readonly read: readonly FoundFile[];
  /** Paths that are in the ledger and no longer belong to the index. */
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** A file that failed this often is left alone until it changes. */
export const MAX_ATTEMPTS = 3;

/**
 * Compares what is on disk with what the ledger holds. Size and time decide whether a file is read; its hash then decides whether it is
 * indexed. A file that the system noted as changed at or after `checkedMs` (milliseconds since 1970; the start of the last look at
 * everything) is read whatever its time says: tools that copy and restore set times back. With another `.quarryignore` all are read, because
 * it decides what counts as worth reading.
 */
export function planWork(found: readonly FoundFile[], ledger: ReadonlyMap<string, KnownFile>, checkedMs: number): WorkPlan {
  const read = found.filter((file) => !isAsKnown(file, ledger.get(file.path), checkedMs));
  const seen = new Set(found.map(({ path }) => path));
  const removed = [...ledger.keys()].filter((path) => !seen.has(path));
  const otherRules = removed.some(isQuarryRules) || read.some(({ path }) => isQuarryRules(path));
  return otherRules ? { read: found, removed, unchanged: 0 } : { read, removed, unchanged: found.length - read.length };
}

function isAsKnown(file: FoundFile, known: KnownFile | undefined, checkedMs: number): boolean {
  if (known === undefined || known.size !== file.size || known.mtimeMs !== file.mtimeMs) return false;
  if (file.ctimeMs !== undefined && file.ctimeMs >= checkedMs) return false;
  // The limit was raised since: what is found now is below it.
  if (known.skipReason === 'too-large') return false;
  return known.state !== 'failed' || known.attempts >= MAX_ATTEMPTS;
}

function isQuarryRules(path: string): boolean {
  return /(^|\/)\.quarryignore$/.test(path);
}

/** Code before prose and configuration, shallow before deep: what people ask for first is searchable first. */
export function inReadingOrder(files: readonly FoundFile[], isCode: (path: string) => boolean): readonly FoundFile[] {
  const rank = (file: FoundFile): number => {
    const depth = file.path.split('/').length;
    return (isCode(file.path) ? 0 : 1000) + (/(^|\/)(tests?|spec|__tests__|examples?|fixtures|vendor)\//.test(file.path) ? 100 : 0) + depth;
  };
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => a.rank - b.rank || (a.file.path < b.file.path ? -1 : 1))
    .map(({ file }) => file);
}

/** The named files first, in the order of the names; the rest stays as it is. */
export function putFirst(files: readonly FoundFile[], first: readonly string[]): readonly FoundFile[] {
  const found = new Map(files.map((file) => [file.path, file]));
  const front = [...new Set(first)].flatMap((path) => found.get(path) ?? []);
  for (const { path } of front) found.delete(path);
  return [...front, ...found.values()];
}

/** Skipped files by reason, most frequent first. */
export function countSkips(skipped: readonly SkippedFile[]): readonly { readonly reason: SkippedFile['reason']; readonly count: number }[] {
  const counts = new Map<SkippedFile['reason'], number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

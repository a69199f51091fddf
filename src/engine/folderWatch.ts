import { FOLLOW_MS } from './following.ts';
import { type GitWatch, watchGit } from './gitWatch.ts';

/** Everything is compared with the disk this often, for changes that no watcher told. */
const RECONCILE_MS = 10 * 60_000;

export interface FolderWatch extends Pick<GitWatch, 'folder' | 'inside' | 'onTrouble'> {
  /** False for a folder that nobody wants indexed. */
  readonly git: boolean;
  readonly reconcileMs: number | undefined;
  /** Everything may have changed. */
  readonly onAnything: () => void;
  /** Looks at the writer, or whether this process may write now; undefined for the writer itself. */
  readonly follow: (() => Promise<void>) | undefined;
}

/** Looks, again and again, at what nobody tells of. Returns the function that ends it. */
export function watchFolder({ folder, inside, git, reconcileMs, onAnything, follow, onTrouble }: FolderWatch): () => void {
  const timers = [setInterval(onAnything, reconcileMs ?? RECONCILE_MS)];
  if (follow !== undefined) timers.push(setInterval(() => void follow().catch(onTrouble), FOLLOW_MS));
  for (const timer of timers) timer.unref();
  const endGit = git ? watchGit({ folder, inside, onOtherRules: onAnything, onTrouble }) : undefined;
  return () => {
    endGit?.();
    for (const timer of timers) clearInterval(timer);
  };
}

import { type GitRules, gitRules, trackedAndIgnored } from '../files/gitRules.ts';

const LOOK_MS = 1000;

/**
 * Follows what no watcher of a folder sees: git's configuration and excludes elsewhere, and files that git takes up or lets go although
 * they stay as they are. Calls back when other files may count now; returns the function that ends it.
 */
export function watchGit(folder: string, onOtherRules: () => void, onTrouble: (error: unknown) => void): () => void {
  let last: GitRules | undefined;
  let tracked: string | undefined;
  let isLooking = false;
  let ended = false;

  const look = async (): Promise<void> => {
    const before = last;
    last = await gitRules(folder, before);
    if (before === undefined || last === undefined || ended) return;
    let changed = last.rules !== before.rules;
    // Git writes its index for many reasons; it is asked what that means, which costs less than to look at every file.
    if (last.index !== before.index) {
      const now = await trackedAndIgnored(folder);
      changed ||= now === undefined || now !== tracked;
      tracked = now;
    }
    if (changed && !ended) onOtherRules();
  };
  const lookInTurn = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await look().catch(onTrouble);
    isLooking = false;
  };
  void lookInTurn();
  const timer = setInterval(() => void lookInTurn(), LOOK_MS);
  timer.unref();
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeLine, type IgnoreRules, NO_RULES } from './ignoreRules.ts';
import { withIgnoreFiles } from './walk.ts';

export const QUARRY_IGNORE = '.quarryignore';

const LARGEST_RULE_FILE = 1_000_000;

/** What the `.quarryignore` files say. */
export interface QuarryRules {
  /** `asked` is a `!` line, `left-out` carries the line that decided. */
  answer(path: string): { readonly effect: 'none' | 'asked' } | { readonly effect: 'left-out'; readonly detail: string };
  /** Whether any `!` line exists: only then is there a reason to look at what git ignores. */
  readonly asksForMore: boolean;
  /** True when a `!` line names this directory, so that it is meant even though tools fill it. */
  names(directory: string): boolean;
}

/** Reads the `.quarryignore` files that stand in the given directories (relative, '' for the folder itself). */
export async function loadQuarryRules(root: string, directories: readonly string[]): Promise<QuarryRules> {
  let rules: IgnoreRules = NO_RULES;
  const depth = (path: string) => (path === '' ? 0 : path.split('/').length);
  for (const directory of [...new Set(directories)].sort((a, b) => depth(a) - depth(b))) {
    const stats = await lstat(join(root, directory, QUARRY_IGNORE)).catch(() => undefined);
    if (!stats?.isFile() || stats.size > LARGEST_RULE_FILE) continue;
    rules = await withIgnoreFiles(root, directory, [QUARRY_IGNORE], rules);
  }
  return quarryRules(rules);
}

function quarryRules(rules: IgnoreRules): QuarryRules {
  const named = new Set(rules.negations.flatMap((pattern) => pattern.slice(1).split('/')));
  return {
    asksForMore: rules.negations.length > 0,
    names: (directory) => named.has(directory),
    answer(path) {
      const answer = rules.answer(path);
      if (answer.effect === 'ignore') return { effect: 'left-out', detail: describeLine(answer.by) };
      return { effect: answer.effect === 'include' ? 'asked' : 'none' };
    },
  };
}

import type { SkipReason } from '../core/files.ts';
import { isToolDirectory, skipByName } from './classify.ts';
import type { QuarryRules } from './quarryRules.ts';
import type { SettingsFilter } from './settings.ts';

export interface Skip {
  readonly reason: SkipReason;
  readonly detail?: string | undefined;
}

/** The judgement of a path before anybody looks at the file: `asked` when a `!` line in `.quarryignore` takes it in. */
export type Judgement = { readonly skip: Skip } | { readonly asked: boolean };

export interface Judges {
  readonly settings: SettingsFilter;
  readonly quarry: QuarryRules;
}

/** The tool directory that a path lies in, with its own path: `node_modules` in `web/node_modules/a.js`. */
export function toolDirectoryOf(path: string): { readonly name: string; readonly path: string } | undefined {
  for (let start = 0, slash = path.indexOf('/'); slash >= 0; start = slash + 1, slash = path.indexOf('/', start)) {
    const name = path.slice(start, slash);
    if (isToolDirectory(name)) return { name, path: path.slice(0, slash + 1) };
  }
  return undefined;
}

/**
 * Applies the rules about paths in their order: secrets, git and ignore files (`ignored` is what they said), tool
 * directories, settings, `.quarryignore`, names. A `!` line overrules all of them but secrets and settings.
 */
export function judgePath(path: string, ignored: Skip | undefined, { settings, quarry }: Judges): Judgement {
  const named = skipByName(path);
  const said = quarry.answer(path);
  if (named?.reason === 'secret' && !(named.negotiable && said.effect === 'asked')) return { skip: named };
  const tool = toolDirectoryOf(path);
  const asked = said.effect === 'asked' && (tool === undefined || quarry.names(tool.name));
  if (ignored && !asked) return { skip: ignored };
  if (tool && !asked) return { skip: { reason: 'ignored', detail: `\`${tool.name}/\` is a directory that tools fill` } };
  const setting = settings.leavesOut(path);
  if (setting) return { skip: { reason: 'excluded-by-settings', detail: setting } };
  if (said.effect === 'left-out') return { skip: { reason: 'quarryignore', detail: said.detail } };
  if (named && !(asked && named.negotiable)) return { skip: named };
  return { asked };
}

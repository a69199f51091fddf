import picomatch from 'picomatch';
import type { FileSettings } from '../core/files.ts';

/** The include and exclude globs, ready to be asked. */
export interface SettingsFilter {
  /** Nothing for a path that the settings let through, otherwise the setting that leaves it out. */
  leavesOut(path: string): string | undefined;
  /** Sentences about globs that cannot be understood. */
  readonly notes: readonly string[];
}

interface Glob {
  readonly text: string;
  readonly matches: (path: string) => boolean;
}

const LONGEST_GLOB = 2000;

/** A glob without a slash means that name anywhere, and a glob that names a directory means all that is in it. */
function compileGlob(text: string): Glob | undefined {
  const trimmed = text.trim().replace(/^\.\//, '').replace(/^\//, '').replace(/\/+$/, '');
  if (trimmed === '' || trimmed.length > LONGEST_GLOB) return undefined;
  const anywhere = !/^\.?\//.test(text.trim()) && !trimmed.includes('/') ? `**/${trimmed}` : trimmed;
  return { text, matches: picomatch([anywhere, `${anywhere}/**`], { dot: true, nonegate: true }) };
}

function compileAll(globs: readonly string[], setting: string, notes: string[]): Glob[] {
  const compiled: Glob[] = [];
  for (const text of globs) {
    if (text.trim() === '') continue;
    const glob = compileGlob(text);
    if (glob) compiled.push(glob);
    else notes.push(`The ${setting} glob \`${text.slice(0, 60)}\` cannot be understood and is left out.`);
  }
  return compiled;
}

/** Compiles the globs of the settings; paths asked about are relative with `/`. */
export function settingsFilter(settings: FileSettings): SettingsFilter {
  const notes: string[] = [];
  const include = compileAll(settings.include, 'include', notes);
  const exclude = compileAll(settings.exclude, 'exclude', notes);
  return {
    notes,
    leavesOut(path) {
      const excluded = exclude.find((glob) => glob.matches(path));
      if (excluded) return `exclude \`${excluded.text}\``;
      if (include.length > 0 && !include.some((glob) => glob.matches(path))) return 'no include glob matches';
      return undefined;
    },
  };
}

import type { ChunkKind } from '../../src/core/chunk.ts';
import { languageName } from '../../src/core/languages.ts';
import type { PanelFilters, PanelFolder } from '../../src/protocol/panel.ts';

/** Kinds that people think of as one. */
export interface KindGroup {
  readonly label: string;
  readonly icon: string;
  readonly kinds: readonly ChunkKind[];
}

export const KIND_GROUPS: readonly KindGroup[] = [
  { label: 'Functions', icon: 'symbol-method', kinds: ['function', 'method', 'macro'] },
  { label: 'Types', icon: 'symbol-class', kinds: ['class', 'interface', 'struct', 'enum', 'trait', 'type'] },
  { label: 'Constants', icon: 'symbol-constant', kinds: ['constant'] },
  { label: 'Docs', icon: 'book', kinds: ['section'] },
];

/** A filter in force, as a chip that can be taken away. */
export interface Chip {
  readonly id: string;
  readonly label: string;
  /** In full, for its accessible name. */
  readonly description: string;
  readonly without: PanelFilters;
}

/** The filters in force, one chip each; the mode is no filter. */
export function activeChips(filters: PanelFilters, folders: readonly PanelFolder[] = []): readonly Chip[] {
  const chips: Chip[] = [];
  for (const folder of filters.folders) {
    const name = folders.find((known) => known.folder === folder)?.name ?? folder.slice(folder.lastIndexOf('/') + 1);
    const without = { ...filters, folders: filters.folders.filter((other) => other !== folder) };
    chips.push({ id: `folder:${folder}`, label: name, description: `only in the folder ${name}`, without });
  }
  for (const language of filters.languages) {
    const without = { ...filters, languages: filters.languages.filter((other) => other !== language) };
    chips.push({ id: `lang:${language}`, label: languageName(language), description: `only ${languageName(language)}`, without });
  }
  for (const group of KIND_GROUPS.filter((candidate) => hasKinds(filters, candidate))) {
    chips.push({
      id: `kind:${group.label}`,
      label: group.label,
      description: `only ${group.label.toLowerCase()}`,
      without: toggleKinds(filters, group),
    });
  }
  for (const glob of filters.include) {
    const without = { ...filters, include: filters.include.filter((other) => other !== glob) };
    chips.push({ id: `in:${glob}`, label: glob, description: `only in ${glob}`, without });
  }
  for (const glob of filters.exclude) {
    const without = { ...filters, exclude: filters.exclude.filter((other) => other !== glob) };
    chips.push({ id: `not:${glob}`, label: `not ${glob}`, description: `not in ${glob}`, without });
  }
  if (filters.skipTests) {
    chips.push({ id: 'tests', label: 'no tests', description: 'without tests', without: { ...filters, skipTests: false } });
  }
  return chips;
}

export function hasKinds(filters: PanelFilters, group: KindGroup): boolean {
  return group.kinds.every((kind) => filters.kinds.includes(kind));
}

export function toggleKinds(filters: PanelFilters, group: KindGroup): PanelFilters {
  const others = filters.kinds.filter((kind) => !group.kinds.includes(kind));
  return { ...filters, kinds: hasKinds(filters, group) ? others : [...others, ...group.kinds] };
}

export function toggleLanguage(filters: PanelFilters, language: string): PanelFilters {
  const has = filters.languages.includes(language);
  return { ...filters, languages: has ? filters.languages.filter((other) => other !== language) : [...filters.languages, language] };
}

export function toggleFolder(filters: PanelFilters, folder: string): PanelFilters {
  const has = filters.folders.includes(folder);
  return { ...filters, folders: has ? filters.folders.filter((other) => other !== folder) : [...filters.folders, folder] };
}

/** Globs as typed into one box, separated by commas outside braces. */
export function parseGlobs(text: string): readonly string[] {
  const globs: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) {
      globs.push(current.trim());
      current = '';
    } else current += character;
  }
  globs.push(current.trim());
  return [...new Set(globs.filter((glob) => glob !== ''))];
}

/** Takes away all filters and keeps the mode. */
export function withoutFilters(filters: PanelFilters): PanelFilters {
  return { mode: filters.mode, folders: [], languages: [], kinds: [], include: [], exclude: [], skipTests: false };
}

/** The folder of a hit added to what is left out; null for a file at the top of its workspace folder. */
export function excludingFolderOf(filters: PanelFilters, path: string): PanelFilters | null {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return null;
  return { ...filters, exclude: [...new Set([...filters.exclude, globOfFolder(path.slice(0, slash))])] };
}

/** A folder as a glob. A character that means something in globs is matched by `?`, which every glob library understands alike. */
function globOfFolder(path: string): string {
  const escaped = path.replace(/[[\]{}()*!,\\]/gu, '?');
  return escaped === path ? path : `${escaped}/**`;
}

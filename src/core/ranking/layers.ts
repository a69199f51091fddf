import { type Board, contribute } from './board.ts';
import type { RankContext } from './context.ts';
import { valuesOf } from './values.ts';

/** What people call the folder that the folders beside it are built on. */
const LOWER_NAMES = 'core|base|common|kernel|shared|internal';
const LOWER_LAYER = new RegExp(`^(?:${LOWER_NAMES})$`);
const IN_LOWER_LAYER = new RegExp(`(?:^|/)(?:${LOWER_NAMES})/`);

/** The paths below each folder, by the folder's parent and its own name. */
function pathsBelow(paths: readonly string[]): Map<string, Map<string, Set<string>>> {
  const below = new Map<string, Map<string, Set<string>>>();
  for (const path of paths) {
    for (let start = 0, slash = path.indexOf('/'); slash >= 0; start = slash + 1, slash = path.indexOf('/', start)) {
      const parent = path.slice(0, start);
      const children = below.get(parent) ?? new Map<string, Set<string>>();
      below.set(parent, children);
      const name = path.slice(start, slash);
      const rests = children.get(name) ?? new Set<string>();
      children.set(name, rests);
      rests.add(path.slice(slash + 1));
    }
  }
  return below;
}

/**
 * For each path the name of a folder in it that mirrors a lower layer beside it, or null: in `classic/schemas.ts` and `core/schemas.ts` it
 * is `classic`, because both folders hold a file of one name and the second is the one that others build on.
 */
export function upperLayers(paths: readonly string[]): readonly (string | null)[] {
  if (!paths.some((path) => IN_LOWER_LAYER.test(path))) return paths.map(() => null);
  const upper = new Set<string>();
  for (const [parent, children] of pathsBelow(paths)) {
    const lower = [...children].filter(([name]) => LOWER_LAYER.test(name));
    for (const [name, rests] of children) {
      const mirrors = !LOWER_LAYER.test(name) && lower.some(([, others]) => [...rests].some((rest) => others.has(rest)));
      if (mirrors) upper.add(`${parent}${name}/`);
    }
  }
  return paths.map((path) => {
    if (upper.size === 0) return null;
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (upper.has(path.slice(0, slash + 1))) return path.slice(path.lastIndexOf('/', slash - 1) + 1, slash);
    }
    return null;
  });
}

/** Of parallel layers of one interface, weakens those that only pass on to the lowest; a question that names the layer lifts it. */
export function weighLayers(context: RankContext, board: Board): void {
  const layers = upperLayers(context.paths);
  const asked = new Set(context.question.words.map((word) => word.toLowerCase()));
  const values = valuesOf(layers, (name) => (name === null || asked.has(name.toLowerCase()) ? 1 : context.constants.upperLayer));
  const detail = (file: number) => `\`${layers[file]}\` mirrors a lower layer beside it`;
  contribute(board, { signal: 'layer', effect: 'factor', of: 'file', values, detail });
}

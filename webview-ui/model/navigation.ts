import { type FileGroup, hitKey } from './groups.ts';

/** A row of the tree as it stands on the screen. */
export interface Row {
  readonly key: string;
  readonly kind: 'file' | 'hit';
  readonly group: string;
}

/** Keys that move through the rows. */
export type MoveKey = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End' | 'PageUp' | 'PageDown';

export const MOVE_KEYS: readonly MoveKey[] = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'];

export interface Position {
  readonly active: string | null;
  /** Keys of collapsed groups. */
  readonly collapsed: readonly string[];
}

/** Rows of a page: about what a sidebar shows of file rows and hits. */
const PAGE = 6;

/** The rows on the screen, in order: hits of collapsed files are left out. */
export function visibleRows(groups: readonly FileGroup[], collapsed: readonly string[]): readonly Row[] {
  const closed = new Set(collapsed);
  return groups.flatMap((group) => {
    const file: Row = { key: group.key, kind: 'file', group: group.key };
    if (closed.has(group.key)) return [file];
    return [file, ...group.hits.map((hit): Row => ({ key: hitKey(hit), kind: 'hit', group: group.key }))];
  });
}

/** Where a key leads. Left closes a file or goes to its row, Right opens it or goes to its first hit, as in every tree of VS Code. */
export function move(groups: readonly FileGroup[], position: Position, key: MoveKey): Position {
  const rows = visibleRows(groups, position.collapsed);
  const at = rows.findIndex((row) => row.key === position.active);
  const row = rows[at];
  if (row === undefined) return { ...position, active: firstHit(rows, key === 'End' || key === 'ArrowUp') };
  switch (key) {
    case 'ArrowDown':
      return to(rows, position, at + 1);
    case 'ArrowUp':
      return to(rows, position, at - 1);
    case 'PageDown':
      return to(rows, position, at + PAGE);
    case 'PageUp':
      return to(rows, position, at - PAGE);
    case 'Home':
      return to(rows, position, 0);
    case 'End':
      return to(rows, position, rows.length - 1);
    case 'ArrowLeft':
      if (row.kind === 'hit') return { ...position, active: row.group };
      return { ...position, collapsed: [...new Set([...position.collapsed, row.group])] };
    case 'ArrowRight':
      if (row.kind === 'hit') return position;
      if (!position.collapsed.includes(row.group)) return to(rows, position, at + 1);
      return { ...position, collapsed: position.collapsed.filter((group) => group !== row.group) };
  }
}

/** The hit after or before the active row in the order of the panel, collapsed files included; null at the end. */
export function stepHit(groups: readonly FileGroup[], active: string | null, by: 1 | -1): string | null {
  const rows = visibleRows(groups, []);
  const at = rows.findIndex((row) => row.key === active);
  let index = at < 0 && by < 0 ? rows.length - 1 : at + by;
  for (; index >= 0 && index < rows.length; index += by) {
    const row = rows[index];
    if (row?.kind === 'hit') return row.key;
  }
  return null;
}

/** Whether Up (-1) or Down (1) in the question box should leave the text: the caret stands in its first or last line. */
export function leavesText(text: string, caret: number, by: 1 | -1): boolean {
  return by < 0 ? !text.slice(0, caret).includes('\n') : !text.slice(caret).includes('\n');
}

function to(rows: readonly Row[], position: Position, index: number): Position {
  const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
  return row === undefined ? position : { ...position, active: row.key };
}

function firstHit(rows: readonly Row[], last: boolean): string | null {
  const hits = rows.filter((row) => row.kind === 'hit');
  return (last ? hits.at(-1) : hits[0])?.key ?? rows[0]?.key ?? null;
}

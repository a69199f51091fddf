import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Controller } from '../model/controller.ts';
import { hitKey, topScore } from '../model/groups.ts';
import { MOVE_KEYS, visibleRows } from '../model/navigation.ts';
import type { PanelState, Shown } from '../model/state.ts';
import { FileRow, fileRowId } from './FileRow.tsx';
import { HitRow, hitRowId } from './HitRow.tsx';
import { useController } from './useController.ts';

/** The results as a tree of files and hits. The tree holds the focus; the active row is its descendant. */
export function ResultTree({ state, shown }: { readonly state: PanelState; readonly shown: Shown }) {
  const controller = useController();
  const tree = useRef<HTMLDivElement>(null);
  const columns = useColumns(tree);
  const top = topScore(shown.groups);
  const active = activeId(state, shown);

  useLayoutEffect(() => {
    if (state.focus.count === 0 || state.focus.target !== 'results') return;
    if (controller.state().active === null) controller.move('Home');
    tree.current?.focus();
  }, [state.focus.count, state.focus.target]);

  useLayoutEffect(() => {
    if (active === undefined) return;
    document.getElementById(active)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  return (
    <div
      ref={tree}
      class="tree"
      role="tree"
      tabIndex={0}
      aria-label="Results"
      aria-busy={state.busy}
      aria-activedescendant={active}
      data-vscode-context='{"preventDefaultContextMenuItems":true}'
      onKeyDown={(event) => onTreeKey(event, controller)}
      onMouseDown={focusTree}
      onFocusIn={() => controller.treeFocus(true)}
      onFocusOut={() => controller.treeFocus(false)}
      onMouseLeave={() => controller.hover(null)}
    >
      {shown.groups.map((group, index) => {
        const open = !state.collapsed.includes(group.key);
        return (
          <div class="group" key={group.key} role="none">
            <FileRow
              group={group}
              active={state.active === group.key}
              open={open}
              showFolder={state.folders.length > 1}
              columns={columns}
              position={index + 1}
              size={shown.groups.length}
            />
            {open && (
              // biome-ignore lint/a11y/useSemanticElements: the hits of a file are a group of tree items, no fieldset.
              <div role="group">
                {group.hits.map((hit, place) => {
                  const key = hitKey(hit);
                  return (
                    <HitRow
                      key={key}
                      hit={hit}
                      active={state.active === key}
                      explained={state.explained.includes(key)}
                      share={Math.max(0, hit.score) / top}
                      position={place + 1}
                      size={group.hits.length}
                    />
                  );
                })}
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The tree holds the focus for its rows: a row that took it from a click would take the keys too. Buttons keep what is theirs. */
function focusTree(event: MouseEvent): void {
  const { target, currentTarget } = event;
  if (!(currentTarget instanceof HTMLElement) || (target instanceof Element && target.closest('button') !== null)) return;
  event.preventDefault();
  currentTarget.focus({ preventScroll: true });
}

function activeId(state: PanelState, shown: Shown): string | undefined {
  for (const group of shown.groups) {
    if (group.key === state.active) return fileRowId(group);
    const hit = group.hits.find((candidate) => hitKey(candidate) === state.active);
    if (hit !== undefined) return state.collapsed.includes(group.key) ? fileRowId(group) : hitRowId(hit);
  }
  return undefined;
}

function onTreeKey(event: KeyboardEvent, controller: Controller): void {
  if (event.key === 'Escape') {
    event.preventDefault();
    controller.run('focusEditor');
    return;
  }
  if (event.key === '/' && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    controller.focus('question');
    return;
  }
  // Keys inside a row's buttons are the buttons' own.
  if (event.target !== event.currentTarget) return;
  if (onRowKey(event, controller)) event.preventDefault();
}

/** True when the key was one of the tree's. */
function onRowKey(event: KeyboardEvent, controller: Controller): boolean {
  const { active, shown, collapsed } = controller.state();
  const rows = visibleRows(shown?.groups ?? [], collapsed);
  const row = rows.find((candidate) => candidate.key === active);
  const control = event.ctrlKey || event.metaKey;
  const moveKey = MOVE_KEYS.find((key) => key === event.key);
  if (moveKey === 'ArrowUp' && (control || (row !== undefined && row === rows[0]))) {
    controller.focus('question');
    return true;
  }
  if (moveKey !== undefined && !control && !event.altKey) {
    controller.move(moveKey);
    return true;
  }
  if (row === undefined) return false;
  if (event.key === 'Enter') {
    if (row.kind === 'file') controller.toggleGroup(row.key);
    else controller.open(row.key, { toSide: control, keepFocus: true });
    return true;
  }
  if (event.key === ' ') {
    if (row.kind === 'file') controller.toggleGroup(row.key);
    else controller.explain(row.key);
    return true;
  }
  if (event.key === 'c' && control && row.kind === 'hit') {
    controller.copyPath(row.key);
    return true;
  }
  return false;
}

/** Pixels of a row that are no path: twistie, gaps, badge. */
const NOT_PATH = 74;
/** Mean width of a character in VS Code's font, as a share of the font size. */
const CHARACTER = 0.52;

/** How many characters of a path fit into a row as wide as the element is. */
function useColumns(ref: { readonly current: HTMLElement | null }): number {
  const [columns, setColumns] = useState(40);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = (): void => {
      const size = Number.parseFloat(getComputedStyle(element).fontSize) || 13;
      setColumns(Math.max(8, Math.floor((element.clientWidth - NOT_PATH) / (size * CHARACTER))));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [ref]);
  return columns;
}

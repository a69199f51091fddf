import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { MOST_HITS } from '../../src/protocol/panel.ts';
import type { Controller } from '../model/controller.ts';
import { emptyState } from '../model/notices.ts';
import { countHits, type PanelState } from '../model/state.ts';
import { announcement, shownNotes, statusLine } from '../model/statusLine.ts';
import { Filters } from './Filters.tsx';
import { IconButton } from './Icon.tsx';
import { Empty, Notices } from './Notices.tsx';
import { QuestionBox } from './QuestionBox.tsx';
import { ResultTree } from './ResultTree.tsx';
import { ControllerContext, useController, usePanelState } from './useController.ts';

/** The whole panel. */
export function App({ controller }: { readonly controller: Controller }) {
  const state = usePanelState(controller);
  useSlash(controller);
  const rows = emptyState(state) === null && state.shown !== null && state.shown.groups.length > 0;
  return (
    <ControllerContext.Provider value={controller}>
      <div class={state.busy ? 'busy-bar busy' : 'busy-bar'} aria-hidden="true" />
      <search class="top">
        <QuestionBox state={state} />
        <Filters state={state} />
        <Similar state={state} />
        <Status state={state} />
        {!rows && <Notes state={state} />}
        {!rows && <Notices state={state} />}
      </search>
      <Results state={state} controller={controller} />
      {rows && <Footer state={state} />}
      <div class="unseen" role="status" aria-live="polite">
        {announcement(state)}
      </div>
    </ControllerContext.Provider>
  );
}

function Similar({ state }: { readonly state: PanelState }) {
  const controller = useController();
  if (state.similar === null) return null;
  return (
    <div class="notice info">
      <span class="codicon codicon-search-fuzzy" aria-hidden="true" />
      <span class="notice-text">{`Code similar to ${state.similar.label}`}</span>
      <IconButton icon="close" label="Stop looking for similar code" onClick={controller.clear} />
    </div>
  );
}

/** Counts, time and index. */
function Status({ state }: { readonly state: PanelState }) {
  const line = statusLine(state);
  if (line === '') return null;
  return (
    <div class="status-line">
      <span title={line}>{line}</span>
      <StatusTools state={state} />
    </div>
  );
}

/** What was left out or not understood, each once. */
function Notes({ state }: { readonly state: PanelState }) {
  return (
    <>
      {shownNotes(state).map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
    </>
  );
}

/** What comes and goes while results are read stands below them: above, it would move the rows. */
function Footer({ state }: { readonly state: PanelState }) {
  const controller = useController();
  return (
    <footer class="footer">
      {state.shown?.better != null && (
        <button type="button" class="better" title="Rows that you have reached were not moved" onClick={controller.showBetter}>
          New order
        </button>
      )}
      <Notes state={state} />
      <Notices state={state} />
    </footer>
  );
}

function StatusTools({ state }: { readonly state: PanelState }) {
  const controller = useController();
  const groups = state.shown?.groups ?? [];
  if (groups.length === 0) return null;
  const closed = groups.every((group) => state.collapsed.includes(group.key));
  return (
    <span class="status-tools">
      <IconButton
        icon={closed ? 'expand-all' : 'collapse-all'}
        label={closed ? 'Expand all' : 'Collapse all'}
        onClick={controller.collapseAll}
      />
    </span>
  );
}

function Results({ state, controller }: { readonly state: PanelState; readonly controller: Controller }) {
  const scroller = useRef<HTMLElement>(null);
  const { shown } = state;
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = controller.state().scrollTop;
  }, [shown?.asked, shown?.better === null, controller]);
  const empty = emptyState(state);
  const rows = shown === null ? 0 : countHits(shown);
  return (
    <main class="results" ref={scroller} onScroll={(event) => controller.scrolled(event.currentTarget.scrollTop)}>
      {empty !== null && <Empty empty={empty} />}
      {empty === null && shown !== null && rows > 0 && <ResultTree state={state} shown={shown} />}
      {empty === null && shown !== null && rows >= shown.limit && shown.limit < MOST_HITS && (
        <button type="button" class="link more" onClick={controller.more}>
          Show more results
        </button>
      )}
    </main>
  );
}

/** `/` leads to the question from everywhere but text boxes. */
function useSlash(controller: Controller): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target;
      const inText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if (inText || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      if (event.key === '/') {
        event.preventDefault();
        controller.focus('question');
      } else if (event.key === 'Escape') controller.run('focusEditor');
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [controller]);
}

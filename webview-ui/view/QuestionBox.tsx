import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { leavesText } from '../model/navigation.ts';
import type { PanelState } from '../model/state.ts';
import { COMPLETION_LIST_ID, CompletionList, completionId } from './CompletionList.tsx';
import { IconButton } from './Icon.tsx';
import { useCompletions } from './useCompletions.ts';
import { useController } from './useController.ts';

/** Lines that the box grows to before it scrolls. */
const MOST_HEIGHT = 120;

/** The question: Enter asks, Shift+Enter begins a line, Up and Down walk the history or lead to the results. */
export function QuestionBox({ state }: { readonly state: PanelState }) {
  const controller = useController();
  const box = useRef<HTMLTextAreaElement>(null);
  const completions = useCompletions(box, state.languages, controller.type);
  const offering = completions.items.length > 0;

  /** Whether the person has typed since the panel got the focus. */
  const typed = useRef(false);
  useEffect(() => {
    const onFocus = (): void => {
      typed.current = false;
    };
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, []);

  useLayoutEffect(() => {
    if (box.current !== null) growToLines(box.current);
  }, [state.question]);

  // A narrower panel breaks the question into more lines.
  useEffect(() => {
    const onResize = (): void => {
      if (box.current !== null) growToLines(box.current);
    };
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);

  useLayoutEffect(() => {
    if (state.focus.count === 0 || state.focus.target !== 'question') return;
    box.current?.focus();
    // Somebody who types already must not have the text selected under the keys.
    if (!typed.current) box.current?.select();
  }, [state.focus.count, state.focus.target]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const area = box.current;
    if (area === null || event.isComposing) return;
    if (completions.onKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      controller.submit();
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      controller.run('focusEditor');
      return;
    }
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || event.shiftKey || event.altKey) return;
    const by = event.key === 'ArrowUp' ? -1 : 1;
    if (event.ctrlKey || event.metaKey) {
      if (by > 0) controller.focus('results');
      return;
    }
    if (area.selectionStart !== area.selectionEnd || !leavesText(area.value, area.selectionStart, by)) return;
    if (controller.walk(by)) event.preventDefault();
    else if (by > 0 && state.shown !== null) {
      event.preventDefault();
      controller.focus('results');
    }
  };

  return (
    <div class="question">
      <textarea
        ref={box}
        rows={1}
        value={state.question}
        placeholder="Ask in plain words"
        aria-label="Question"
        title="Enter searches, Shift+Enter begins a new line, Up and Down bring back earlier questions, Ctrl+Space offers filters"
        spellcheck={false}
        autocomplete="off"
        maxLength={100_000}
        aria-autocomplete="list"
        aria-controls={offering ? COMPLETION_LIST_ID : undefined}
        aria-activedescendant={offering && completions.index >= 0 ? completionId(completions.index) : undefined}
        onInput={(event) => {
          typed.current = true;
          controller.type(event.currentTarget.value);
          completions.update(false);
        }}
        onKeyDown={onKeyDown}
        onFocus={controller.questionFocused}
        onBlur={completions.close}
      />
      <div class="question-tools">
        {state.question !== '' && <IconButton icon="clear-all" label="Clear" onClick={() => clearAndStay(controller.clear, box.current)} />}
        <IconButton
          icon="filter"
          label="Filters"
          expanded={state.filtersOpen}
          class={state.filtersOpen ? 'on' : ''}
          onClick={controller.toggleFilters}
        />
      </div>
      {offering && <CompletionList items={completions.items} active={completions.index} choose={completions.choose} />}
    </div>
  );
}

/** As high as its lines, up to a bound. */
function growToLines(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${Math.min(MOST_HEIGHT, area.scrollHeight + 2)}px`;
}

function clearAndStay(clear: () => void, area: HTMLTextAreaElement | null): void {
  clear();
  area?.focus();
}

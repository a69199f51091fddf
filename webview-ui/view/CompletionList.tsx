import type { Completion } from '../model/complete.ts';

export const COMPLETION_LIST_ID = 'completions';

export function completionId(index: number): string {
  return `completion-${index}`;
}

/** Completions below the question; the box keeps the focus. */
export function CompletionList(props: {
  readonly items: readonly Completion[];
  readonly active: number;
  readonly choose: (item: Completion) => void;
}) {
  return (
    <div class="completions" id={COMPLETION_LIST_ID} role="listbox" aria-label="Completions">
      {props.items.map((item, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the question box's, which keeps the focus.
        <div
          key={item.insert}
          id={completionId(index)}
          class={index === props.active ? 'completion active' : 'completion'}
          role="option"
          tabIndex={-1}
          aria-selected={index === props.active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => props.choose(item)}
        >
          <span>{item.insert}</span>
          <span class="completion-detail">{item.detail}</span>
        </div>
      ))}
    </div>
  );
}

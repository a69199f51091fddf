import { useState } from 'preact/hooks';
import { applyCompletion, type Completion, type Completions, completionsAt } from '../model/complete.ts';

const CLOSED = { at: null, index: -1 } as const;

/** The completions of a text box: offered while typing a value, or on Ctrl+Space; none is chosen until the person moves to it. */
export function useCompletions(
  box: { readonly current: HTMLTextAreaElement | null },
  known: readonly string[],
  type: (text: string) => void,
) {
  const [open, setOpen] = useState<{ readonly at: Completions | null; readonly index: number }>(CLOSED);
  const close = (): void => setOpen(CLOSED);

  const update = (asked: boolean): void => {
    const area = box.current;
    const at = area === null ? null : completionsAt(area.value, area.selectionStart, known, asked);
    setOpen({ at, index: -1 });
  };

  const choose = (item: Completion): void => {
    const area = box.current;
    if (area === null || open.at === null) return;
    const { text, caret } = applyCompletion(area.value, open.at, item);
    area.value = text;
    area.setSelectionRange(caret, caret);
    type(text);
    // A filter that was chosen offers its values at once.
    update(false);
  };

  /** True when the key was one of the list's. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.key === ' ' && event.ctrlKey) {
      update(true);
      return true;
    }
    const { at, index } = open;
    if (at === null) return false;
    if (event.key === 'Escape') {
      close();
      return true;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setOpen({ at, index: index < 0 && by < 0 ? at.items.length - 1 : (index + by + at.items.length) % at.items.length });
      return true;
    }
    const item = at.items[event.key === 'Tab' && !event.shiftKey ? Math.max(0, index) : index];
    if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && item !== undefined) {
      choose(item);
      return true;
    }
    if (event.key === 'Enter') close();
    return false;
  };

  return { items: open.at?.items ?? [], index: open.index, update, choose, close, onKey };
}

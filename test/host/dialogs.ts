import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** What a person answers to the boxes of the editor, in their place; each was shown once, with what it said. */

type Shown = { readonly text: string; readonly detail: string; readonly items: readonly vscode.QuickPickItem[] };
type Box = 'showQuickPick' | 'showInputBox' | 'showOpenDialog' | 'showInformationMessage' | 'showWarningMessage';
/** Undefined is Escape. */
type Reply = (shown: Shown) => unknown;

/** Answers boxes of one kind with these replies in turn while the action runs; fails when another number of them came. Notes without buttons are left alone. */
export async function answering<T>(replies: Readonly<Partial<Record<Box, readonly Reply[]>>>, action: () => Promise<T>): Promise<T> {
  const window = vscode.window as unknown as Record<Box, (...args: readonly unknown[]) => unknown>;
  const real = { ...window };
  const left = new Map(Object.entries(replies).map(([box, list]) => [box, [...(list ?? [])]]));
  try {
    for (const [box, list] of left) {
      window[box as Box] = async (...args) => {
        const isNote = box.endsWith('Message') && args.length === 1;
        const reply = isNote ? undefined : list.shift();
        if (isNote) return undefined;
        assert.ok(reply, `${box} came once more: ${String(args[0])}`);
        return reply(shownBy(args));
      };
    }
    return await action();
  } finally {
    for (const box of left.keys()) window[box as Box] = real[box as Box];
    for (const [box, list] of left) assert.equal(list.length, 0, `${box} did not come`);
  }
}

function shownBy([first, options]: readonly unknown[]): Shown {
  const details = (typeof first === 'object' && !Array.isArray(first) ? first : options) as Readonly<Record<string, unknown>> | undefined;
  const text = typeof first === 'string' ? first : (details?.title ?? details?.placeHolder ?? '');
  return { text: String(text), detail: String(details?.detail ?? ''), items: Array.isArray(first) ? first : [] };
}

/** Chooses the row with this label. */
export const choosing =
  (label: string): Reply =>
  ({ items }) => {
    const item = items.find((one) => one.label === label);
    assert.ok(item, `there is no row ${label} among ${items.map((one) => one.label).join(', ')}`);
    return item;
  };

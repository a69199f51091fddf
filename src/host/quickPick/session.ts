import * as vscode from 'vscode';
import { deferred } from '../../client/settle.ts';
import { mergeInPlace } from '../../core/rerank/mergeInPlace.ts';
import type { SearchHit, SearchMode } from '../../protocol/search.ts';
import type { OpenOptions } from '../openHit.ts';
import { sentenceOf } from '../sentence.ts';
import type { SearchSettings } from '../settings.ts';
import { type Answer, answer, idle } from './answer.ts';
import { nextMode, ROW_BUTTONS, type Row, rowKey, titleButtons } from './items.ts';
import { newestOnly } from './newestOnly.ts';
import type { NextStep } from './nothingFound.ts';
import { createPreview } from './preview.ts';
import { showReasons } from './reasons.ts';
import type { PickServices, PickStart } from './services.ts';

/** Longer questions are cut before they are sent; the answer says so. */
const LONGEST_QUESTION = 10_000;
/** A search starts with the second character: one says nothing. */
const SHORTEST_QUESTION = 2;

/** `sortByLabel` is not in the stable typings; where an editor does not know it, `alwaysShow` alone keeps every row. */
type OrderedQuickPick = vscode.QuickPick<Row> & { sortByLabel?: boolean };

export interface PickSession {
  rows(): readonly Row[];
  activeRow(): Row | undefined;
  /** Types a question, as a person would. */
  ask(question: string): void;
  /** What is asked; empty when that is too short to be a question. It stays when the pick is closed. */
  question(): string;
  /** Settles when the last question typed has its answer. */
  settled(): Promise<void>;
  accept(options?: OpenOptions): Promise<void>;
  openInBackground(): Promise<void>;
  close(): void;
  /** Settles when it is closed and the editor shows what it is to show. */
  readonly ended: Promise<void>;
}

/**
 * Opens one quick pick. `onEnd` is called when it is closed, with a start when another search should follow (similar code, back from
 * the reasons of a row).
 */
export function openPickSession(
  services: PickServices,
  settings: SearchSettings,
  start: PickStart,
  onEnd: (next?: PickStart) => void,
): PickSession {
  const pick: OrderedQuickPick = vscode.window.createQuickPick<Row>();
  const work = newestOnly((busy) => {
    pick.busy = busy;
  });
  let mode: SearchMode = start.mode ?? settings.mode;
  let buttons = titleButtons(mode);
  let preview = createPreview(services.locate);
  let outcome: 'restore' | 'keep' = 'restore';
  let next: PickStart | undefined;
  let asked: string | undefined;
  let { isOffered = false } = start;
  /** The row that the person comes back to. */
  let back = start.row;
  /** The lowest row that the person has moved to; the editor itself makes the first one active. */
  let reached = -1;
  const closed = deferred<void>();
  let isHidden = false;

  const question = () => pick.value.trim().slice(0, LONGEST_QUESTION);
  const isAsked = () => question().length >= SHORTEST_QUESTION || (start.similarTo !== undefined && question() === '');
  const current = (row?: Row): PickStart => {
    const { row: _, isOffered: __, ...rest } = start;
    return { ...rest, question: question(), mode, ...(row === undefined ? {} : { row: rowKey(row) }) };
  };
  const show = ({ title, rows, refined = false }: Answer) => {
    pick.title = `Quarry • ${title}`;
    if (!refined) {
      pick.items = rows;
      reached = back === undefined ? -1 : rows.findIndex((row) => rowKey(row) === back);
      const again = rows[reached];
      if (again !== undefined) pick.activeItems = [again];
      return;
    }
    const [active] = pick.activeItems;
    pick.keepScrollPosition = true;
    pick.items = mergeInPlace(pick.items, rows, rowKey, reached);
    const still = reached < 0 || active === undefined ? undefined : pick.items.find((row) => rowKey(row) === rowKey(active));
    if (still !== undefined) pick.activeItems = [still];
    pick.keepScrollPosition = false;
  };

  const search = (waitMs: number) => {
    const text = question();
    if (asked !== undefined) isOffered = false;
    asked = text;
    if (!isAsked()) {
      work.cancel();
      show(idle(services, text));
      return;
    }
    work.start(async (token) => {
      await answer(services, start, { text, mode, limit: settings.limit }, token, (found) => {
        if (token.isCancellationRequested) return;
        show(found);
        back = undefined;
      });
    }, waitMs);
  };

  /** Closes the pick; what comes next waits until the editor is restored, which takes the focus. */
  const leave = (following?: PickStart) => {
    next = following;
    pick.hide();
    return closed.promise;
  };

  const goTo = async (hit: SearchHit, options: OpenOptions) => {
    const text = question();
    outcome = 'keep';
    pick.hide();
    // What opens to the side leaves this side as it was.
    await (options.toSide === true ? preview.restore() : preview.keep());
    await services.recents.add(text);
    await services.open(hit, options);
  };

  const setMode = (changed: SearchMode) => {
    mode = changed;
    buttons = titleButtons(mode);
    pick.buttons = [buttons.mode, buttons.panel];
    search(0);
  };

  const toPanel = async () => {
    const shown = current();
    await leave();
    await services.recents.add(shown.question ?? '');
    services.showInPanel(shown);
  };

  const ask = (text: string) => {
    pick.value = text;
    search(0);
  };

  const take = async (step: NextStep | { readonly kind: 'panel' }) => {
    if (step.kind === 'panel') await toPanel();
    else if (step.kind === 'mode') setMode(step.mode);
    else if (step.kind === 'ask') ask(step.question);
    else {
      await leave();
      await vscode.commands.executeCommand(step.command);
    }
  };

  const accept = async (options: OpenOptions = {}, row = pick.activeItems[0]) => {
    if (row?.row === 'hit') await goTo(row.hit, options);
    else if (row?.row === 'step') await take(row.step);
    else if (row?.row === 'recent') ask(row.question);
  };

  const pressed = async (row: Row, button: vscode.QuickInputButton) => {
    if (row.row === 'recent') {
      await services.recents.remove(row.question);
      show(idle(services, question()));
    } else if (row.row === 'hit' && button === ROW_BUTTONS.toSide) {
      await goTo(row.hit, { toSide: true });
    } else if (row.row === 'hit' && button === ROW_BUTTONS.similar) {
      const { folder, path, startLine, endLine, text } = row.hit;
      await leave({ mode, similarTo: { folder, path, startLine, endLine, text } });
    } else if (row.row === 'hit') {
      const again = current(row);
      await leave();
      if (await showReasons(row.hit)) onEnd(again);
    }
  };

  /** A person reads one sentence of what did not work, whichever way it was asked for. */
  const tell = (acting: Promise<void>) => void acting.catch((error: unknown) => vscode.window.showWarningMessage(sentenceOf(error)));

  pick.sortByLabel = false;
  pick.placeholder = placeholder(start);
  pick.buttons = [buttons.mode, buttons.panel];
  pick.value = start.question ?? '';
  const listening = services.onDidChangeState(() => {
    if (!isAsked()) pick.title = `Quarry • ${idle(services, '').title}`;
  });
  // The editor also tells of values that were set from here, and of spaces; neither is another question.
  pick.onDidChangeValue(() => {
    if (question() !== asked) search(settings.debounceMs);
  });
  pick.onDidChangeActive(([row]) => {
    const at = row === undefined ? -1 : pick.items.indexOf(row);
    if (at > 0) reached = Math.max(reached, at);
    if (at > 0) isOffered = false;
    if (settings.preview && !isOffered && row?.row === 'hit') preview.show(services.uriOf(row.hit), row.hit);
  });
  pick.onDidAccept(() => tell(accept({}, pick.selectedItems[0])));
  pick.onDidTriggerItemButton(({ item, button }) => tell(pressed(item, button)));
  pick.onDidTriggerButton((button) => (button === buttons.panel ? tell(toPanel()) : setMode(nextMode(mode))));
  pick.onDidHide(async () => {
    // Disposing of a pick fires this once more.
    if (isHidden) return;
    isHidden = true;
    work.cancel();
    listening.dispose();
    pick.dispose();
    if (outcome === 'restore') await preview.restore();
    closed.resolve(undefined);
    onEnd(next);
  });
  search(0);
  services.reranking.boxFocused();
  pick.show();

  return {
    rows: () => pick.items,
    activeRow: () => pick.activeItems[0],
    ask,
    question: () => (asked !== undefined && asked.length >= SHORTEST_QUESTION ? asked : ''),
    settled: () => work.settled(),
    accept,
    async openInBackground() {
      const row = pick.activeItems[0];
      if (row?.row !== 'hit') return;
      await preview.keep();
      await services.recents.add(question());
      await services.open(row.hit, { keepFocus: true });
      preview = createPreview(services.locate);
    },
    close: () => pick.hide(),
    ended: closed.promise,
  };
}

function placeholder({ similarTo, place }: PickStart): string {
  if (similarTo !== undefined)
    return `Code similar to ${similarTo.path}:${similarTo.startLine}-${similarTo.endLine}. Type to ask something else`;
  return place === undefined ? 'Ask in plain words: where are failed uploads retried' : `Ask in plain words, in ${place}`;
}

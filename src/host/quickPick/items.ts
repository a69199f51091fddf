import * as vscode from 'vscode';
import type { SearchHit, SearchMode } from '../../protocol/search.ts';
import type { Explanation, NextStep } from './nothingFound.ts';
import { rowText } from './rowText.ts';

/** A row of the quick pick. Every row is always shown: the order is ours, and the editor must not filter it by label. */
export type Row = vscode.QuickPickItem &
  (
    | { readonly row: 'hit'; readonly hit: SearchHit }
    | { readonly row: 'recent'; readonly question: string }
    | { readonly row: 'step'; readonly step: NextStep | { readonly kind: 'panel' } }
    | { readonly row: 'heading' }
  );

const button = (icon: string, tooltip: string): vscode.QuickInputButton => ({ iconPath: new vscode.ThemeIcon(icon), tooltip });

export const ROW_BUTTONS = {
  toSide: button('split-horizontal', 'Open to the Side'),
  similar: button('search-fuzzy', 'Find Similar Code'),
  why: button('question', 'Why Is This Here?'),
  forget: button('close', 'Forget This Question'),
} as const;

/** Names of the modes, as the settings call them. */
export const MODE_NAMES: Readonly<Record<SearchMode, string>> = { hybrid: 'Hybrid', semantic: 'Meaning', keyword: 'Keywords' };

/** Buttons of the title: send the search to the panel, and change the mode. */
export function titleButtons(mode: SearchMode): { readonly panel: vscode.QuickInputButton; readonly mode: vscode.QuickInputButton } {
  const icons: Readonly<Record<SearchMode, string>> = { hybrid: 'layers', semantic: 'sparkle', keyword: 'whole-word' };
  return {
    panel: button('list-tree', 'Show in Results Panel'),
    mode: button(icons[mode], `Searching by ${MODE_NAMES[mode]}: Change to ${MODE_NAMES[nextMode(mode)]}`),
  };
}

/** The mode that the mode button changes to. */
export function nextMode(mode: SearchMode): SearchMode {
  if (mode === 'hybrid') return 'semantic';
  return mode === 'semantic' ? 'keyword' : 'hybrid';
}

/** One row a hit in the engine's order, then the way to the panel. `folderName` names the folder when there are several. */
export function hitRows(hits: readonly SearchHit[], folderName: (hit: SearchHit) => string | undefined): Row[] {
  const rows: Row[] = hits.map((hit) => ({
    ...rowText(hit, folderName(hit)),
    row: 'hit',
    hit,
    alwaysShow: true,
    buttons: [ROW_BUTTONS.toSide, ROW_BUTTONS.similar, ROW_BUTTONS.why],
  }));
  rows.push({ row: 'step', step: { kind: 'panel' }, label: '$(list-tree) Show all in panel', alwaysShow: true });
  return rows;
}

/** Questions asked before that hold the text typed so far. */
export function recentRows(questions: readonly string[], typed: string): Row[] {
  const fitting = questions.filter((question) => question.toLowerCase().includes(typed.toLowerCase()));
  if (fitting.length === 0) return [];
  return [
    { row: 'heading', label: 'recent questions', kind: vscode.QuickPickItemKind.Separator },
    ...fitting.map(
      (question): Row => ({
        row: 'recent',
        question,
        label: `$(history) ${question.replace(/\s+/g, ' ').replace(/\$\(/g, '\\$(')}`,
        alwaysShow: true,
        buttons: [ROW_BUTTONS.forget],
      }),
    ),
  ];
}

/** What tells a row from the others, also in a later answer. */
export function rowKey(row: Row): string {
  if (row.row !== 'hit') return `${row.row} ${row.label}`;
  const { folder, path, startLine, symbol } = row.hit;
  return JSON.stringify([folder, path, startLine, symbol]);
}

/** What stands in place of rows: why there are none, and what can be done. */
export function explanationRows({ sentence, action, step }: Explanation): Row[] {
  return [{ row: 'step', step, label: `$(info) ${sentence.replace(/\$\(/g, '\\$(')}`, detail: action, alwaysShow: true }];
}

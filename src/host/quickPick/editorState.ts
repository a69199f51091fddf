import * as vscode from 'vscode';
import { heard } from './heard.ts';

/** What an editor group showed before previews came into it. */
export interface EditorState {
  /** Brings everything back as it was; previews that were opened in the meantime are closed. `focus` says whether the editor gets it as well. */
  restore(options: { readonly focus: boolean }): Promise<void>;
  readonly column: vscode.ViewColumn;
}

interface TextTab {
  readonly uri: vscode.Uri;
  readonly isPreview: boolean;
}

function textTab(tab: vscode.Tab | undefined): TextTab | undefined {
  return tab?.input instanceof vscode.TabInputText ? { uri: tab.input.uri, isPreview: tab.isPreview } : undefined;
}

/** Remembers the active editor group: its editor with selections and scroll position, and the tab that previews would replace. */
export function captureEditorState(): EditorState {
  const group = vscode.window.tabGroups.activeTabGroup;
  const column = group.viewColumn;
  const before = new Set(group.tabs.flatMap((tab) => textTab(tab)?.uri.toString() ?? []));
  const preview = textTab(group.tabs.find((tab) => tab.isPreview));
  const active = textTab(group.activeTab);
  const editor = vscode.window.activeTextEditor;
  const shown = editor !== undefined && editor.document.uri.toString() === active?.uri.toString() ? editor : undefined;
  const view = shown === undefined ? undefined : { selections: shown.selections, top: shown.visibleRanges[0]?.start };

  return {
    column,
    async restore({ focus }) {
      // The tab of a preview editor was taken over by ours and has to come back even when it was in the background.
      if (preview !== undefined && preview.uri.toString() !== active?.uri.toString())
        await show(preview.uri, { viewColumn: column, preview: true, preserveFocus: true });
      if (active !== undefined) {
        // The focus as well: the editor loses it to nothing when the pick that had it goes while another file is shown.
        const restored = await show(active.uri, { viewColumn: column, preview: active.isPreview, preserveFocus: !focus });
        if (restored !== undefined && view !== undefined) {
          restored.selections = view.selections;
          if (view.top !== undefined) await scrollTo(restored, view.top.line);
        }
      }
      await closeAdded(column, before);
    },
  };
}

/** Lines may be revealed below lines that stick to the top, so the first attempt tells by how much the next has to go further. */
const SCROLL_ATTEMPTS = 3;
/** An editor that scrolls smoothly takes 125 ms for it, and one on a busy machine some times as long to tell. */
const SMOOTH_MS = 750;

/** Scrolls until `top` is the first line to be seen. The editor itself restores the position when it switches files, to the pixel. */
async function scrollTo(editor: vscode.TextEditor, top: number): Promise<void> {
  let target = top;
  for (let attempt = 0; attempt < SCROLL_ATTEMPTS; attempt++) {
    const actual = editor.visibleRanges[0]?.start.line;
    if (actual === undefined || actual === top) return;
    if (attempt > 0) target += top - actual;
    const position = editor.document.validatePosition(new vscode.Position(Math.max(0, target), 0));
    editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.AtTop);
    // An editor that is asked for a place beyond its end stays where it is, and tells nothing.
    if (!(await hasScrolled(editor))) return;
  }
}

/** Settles with true when the editor has scrolled, and with false when it was asked and has not. */
function hasScrolled(editor: vscode.TextEditor): Promise<boolean> {
  return heard({
    listen: (onHeard) =>
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor === editor) onHeard();
      }),
    // Any small question that the workbench answers after it has scrolled.
    roundTrip: () => vscode.languages.getLanguages(),
    graceMs: SMOOTH_MS,
  });
}

async function show(uri: vscode.Uri, options: vscode.TextDocumentShowOptions): Promise<vscode.TextEditor | undefined> {
  try {
    return await vscode.window.showTextDocument(uri, options);
  } catch {
    // The file went away while the results were looked at: there is nothing to come back to.
    return undefined;
  }
}

/** Closes what previews left behind in a group. A tab with unsaved changes was typed into and stays. */
async function closeAdded(column: vscode.ViewColumn, before: ReadonlySet<string>): Promise<void> {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column);
  const added = (group?.tabs ?? []).filter((tab) => {
    const text = textTab(tab);
    return text !== undefined && tab.isPreview && !tab.isDirty && !before.has(text.uri.toString());
  });
  if (added.length > 0) await vscode.window.tabGroups.close(added, true);
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Row } from '../../src/host/quickPick/items.ts';
import type { PickSession } from '../../src/host/quickPick/session.ts';
import { ask, closeEditors, eventually, file, find, pressEscape, QUESTION, quarry, type } from './helpers.ts';

const label = (uri: vscode.Uri | undefined) => uri?.path.split('/').slice(-2).join('/');

function openTabs(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map((tab) => tab.label));
}

function hitsOf(pick: PickSession): string[] {
  return pick.rows().flatMap((row) => (row.row === 'hit' ? [`${row.hit.path}:${row.hit.startLine}`] : []));
}

async function previewed(path: string): Promise<vscode.TextEditor> {
  return eventually(`a preview of ${path}`, () =>
    vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith(path)),
  );
}

/** Moves one row down; the editor tells later that it has. */
async function nextRow(pick: PickSession): Promise<void> {
  const before = pick.activeRow();
  await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
  await eventually('the next row', () => pick.activeRow() !== before || undefined);
}

/** Moves down to the first such row. */
async function untilActive(pick: PickSession, isWanted: (row: Row | undefined) => boolean): Promise<Row | undefined> {
  while (!isWanted(pick.activeRow())) await nextRow(pick);
  return pick.activeRow();
}

export function quickPickTests(): void {
  suite('quick pick', () => {
    setup(closeEditors);
    teardown(pressEscape);

    test('rows have symbol, place and best line', async () => {
      const pick = await ask(QUESTION);
      const [row] = pick.rows();
      assert.equal(row?.label, '$(symbol-method) retryFailedUploads');
      assert.match(row?.description ?? '', /^src\/upload\/retry\.ts:\d+$/);
      assert.ok((row?.detail ?? '').length > 5);
      assert.equal(pick.rows().at(-1)?.label, '$(list-tree) Show all in panel');
      assert.ok(pick.rows().every(({ alwaysShow }) => alwaysShow === true));
    });

    test('the order shown is the order of the engine, not that of the labels', async () => {
      // Every row holds a word of the question in its label, so that an editor that sorts by label would show another order.
      const question = 'part';
      const expected = (await find(question)).map(({ path, startLine }) => `${path}:${startLine}`);
      const pick = await ask(question);
      assert.deepEqual(hitsOf(pick).slice(0, expected.length), expected);
      const seen: string[] = [];
      for (const _ of expected) {
        const row = pick.activeRow();
        if (row?.row === 'hit') seen.push(`${row.hit.path}:${row.hit.startLine}`);
        await nextRow(pick);
      }
      assert.deepEqual(seen, expected);
    });

    test('moving previews without taking the editor over, and Escape brings everything back', async () => {
      const long = await vscode.workspace.openTextDocument(file('server/storage/store.go'));
      const editor = await vscode.window.showTextDocument(long, { preview: false });
      editor.selection = new vscode.Selection(60, 1, 61, 1);
      editor.revealRange(new vscode.Range(58, 0, 58, 0), vscode.TextEditorRevealType.AtTop);
      // Lines that stick to the top may stand above it.
      const top = await eventually('scrolling', () => {
        const line = editor.visibleRanges[0]?.start.line ?? 0;
        return line > 50 && line <= 58 ? line : undefined;
      });
      await ask(QUESTION);
      await previewed('src/upload/retry.ts');
      await pressEscape();
      const active = vscode.window.activeTextEditor;
      assert.equal(label(active?.document.uri), 'storage/store.go');
      assert.deepEqual(active?.selection, new vscode.Selection(60, 1, 61, 1));
      await eventually('the former scroll position', () => active?.visibleRanges[0]?.start.line === top || undefined);
      assert.deepEqual(openTabs(), ['store.go']);
    });

    test('Escape brings back the scroll position when the preview was in the same file', async () => {
      const editor = await vscode.window.showTextDocument(file('server/storage/store.go'), { preview: false });
      editor.revealRange(new vscode.Range(0, 0, 0, 0), vscode.TextEditorRevealType.AtTop);
      await eventually('the top of the file', () => editor.visibleRanges[0]?.start.line === 0 || undefined);
      const pick = await ask('JoinParts');
      assert.equal(pick.activeRow()?.description?.split(':')[0], 'server/storage/store.go');
      await eventually('the preview', () => (editor.visibleRanges[0]?.start.line ?? 0) > 20 || undefined);
      await pressEscape();
      await eventually('the top of the file', () => editor.visibleRanges[0]?.start.line === 0 || undefined);
    });

    test('Escape brings back an editor that was itself a preview', async () => {
      await vscode.window.showTextDocument(file('worker/quota.py'), { preview: true });
      await ask(QUESTION);
      await previewed('src/upload/retry.ts');
      await pressEscape();
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'worker/quota.py');
      assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.isPreview, true);
      assert.deepEqual(openTabs(), ['quota.py']);
    });

    test('Escape while a preview is on its way brings the editor back at once, and what comes late takes no focus', async () => {
      await vscode.window.showTextDocument(file('worker/quota.py'), { preview: false });
      const window = vscode.window as { showTextDocument: (...args: readonly unknown[]) => unknown };
      const { showTextDocument: real } = window;
      const shown: string[] = [];
      let arrive = (): void => undefined;
      const slow = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      window.showTextDocument = async (...args) => {
        const [what, options] = args as [vscode.Uri | vscode.TextDocument, vscode.TextDocumentShowOptions];
        const isPreview = !(what instanceof vscode.Uri);
        shown.push(`${isPreview ? 'preview' : 'editor'} ${options.preserveFocus === true ? 'without' : 'with'} focus`);
        if (isPreview) await slow;
        return real(...args);
      };
      try {
        await ask(QUESTION);
        await eventually('a preview on its way', () => shown.length > 0 || undefined);
        const ended = pressEscape();
        await eventually('the editor', () => shown.length > 1 || undefined);
        arrive();
        await ended;
      } finally {
        window.showTextDocument = real;
      }
      assert.deepEqual(shown, ['preview without focus', 'editor with focus', 'editor without focus']);
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'worker/quota.py');
      assert.deepEqual(openTabs(), ['quota.py']);
    });

    test('a search that follows another comes back to the editor before both', async () => {
      await vscode.window.showTextDocument(file('worker/quota.py'), { preview: false });
      const first = await ask(QUESTION);
      await previewed('src/upload/retry.ts');
      await vscode.commands.executeCommand('quarry.search', '');
      const api = await quarry();
      const second = await eventually('the second quick pick', () => (api.quickPick === first ? undefined : api.quickPick));
      await type(second, 'limit requests per address');
      await previewed('server/api/ratelimit.go');
      await pressEscape();
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'worker/quota.py');
      assert.deepEqual(openTabs(), ['quota.py']);
    });

    test('Escape leaves no editor where there was none', async () => {
      await ask(QUESTION);
      await previewed('src/upload/retry.ts');
      await pressEscape();
      assert.deepEqual(openTabs(), []);
    });

    test('what was asked last is offered again, with its rows and without a preview until one is moved to', async () => {
      const api = await quarry();
      await vscode.window.showTextDocument(file('worker/quota.py'), { preview: false });
      const places = hitsOf(await ask(QUESTION));
      await previewed('src/upload/retry.ts');
      await pressEscape();
      await vscode.commands.executeCommand('quarry.search');
      const pick = await eventually('the quick pick', () => api.quickPick);
      await pick.settled();
      assert.equal(pick.question(), QUESTION);
      assert.deepEqual(hitsOf(pick), places);
      await eventually('an active row', () => pick.activeRow());
      assert.deepEqual(openTabs(), ['quota.py']);
      await nextRow(pick);
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectPrevious');
      await previewed('src/upload/retry.ts');
      await type(pick, '');
      await pressEscape();
      await vscode.commands.executeCommand('quarry.search');
      const empty = await eventually('the quick pick', () => api.quickPick);
      assert.equal(empty.question(), '');
    });

    test('the question that is offered gives way to one that is given, and to code', async () => {
      const api = await quarry();
      await ask(QUESTION);
      await pressEscape();
      await vscode.commands.executeCommand('quarry.search', 'limit requests');
      assert.equal(api.quickPick?.question(), 'limit requests');
      await pressEscape();
      const editor = await vscode.window.showTextDocument(file('src/session/token.ts'));
      editor.selection = new vscode.Selection(0, 0, 5, 0);
      await vscode.commands.executeCommand('quarry.findSimilar');
      assert.equal((await eventually('the quick pick', () => api.quickPick)).question(), '');
      await pressEscape();
      // Looking for similar code has asked nothing.
      await vscode.commands.executeCommand('quarry.search');
      assert.equal((await eventually('the quick pick', () => api.quickPick)).question(), 'limit requests');
    });

    test('Enter goes there: the lines selected, the cursor at the start, the question remembered', async () => {
      const pick = await ask(QUESTION);
      const row = pick.activeRow();
      assert.ok(row?.row === 'hit');
      await pick.accept();
      const active = vscode.window.activeTextEditor;
      assert.equal(label(active?.document.uri), 'upload/retry.ts');
      assert.equal(active?.selection.active.line, row.hit.startLine - 1);
      assert.equal(active?.selection.end.line, row.hit.endLine - 1);
      assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.isPreview, false);
      const again = await ask('');
      assert.equal(again.rows().find((item) => item.row === 'recent')?.label, `$(history) ${QUESTION}`);
    });

    test('a key opens to the side', async () => {
      await vscode.window.showTextDocument(file('README.md'), { preview: false });
      await ask(QUESTION);
      await vscode.commands.executeCommand('quarry.quickPick.openToSide');
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'upload/retry.ts');
      assert.equal(vscode.window.activeTextEditor?.viewColumn, vscode.ViewColumn.Two);
    });

    test('a row opens while the pick stays, and Escape then comes back to it', async () => {
      const pick = await ask(QUESTION);
      await vscode.commands.executeCommand('quarry.quickPick.openInBackground');
      const elsewhere = await untilActive(pick, (row) => row?.row === 'hit' && row.hit.path !== 'src/upload/retry.ts');
      assert.ok(elsewhere?.row === 'hit');
      await previewed(elsewhere.hit.path);
      await pressEscape();
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'upload/retry.ts');
      assert.deepEqual(openTabs(), ['retry.ts']);
    });

    test('nothing found says why, and what to do', async () => {
      const pick = await ask('retry lang:rust');
      const [row] = pick.rows();
      assert.equal(row?.label, '$(info) Nothing found with lang:rust.');
      await pick.accept();
      await pick.settled();
      assert.ok(hitsOf(pick).length > 0, 'the search without the filter found nothing');
    });

    test('the last row sends the search to the panel, and leaves the editor as it was', async () => {
      const api = await quarry();
      await vscode.window.showTextDocument(file('README.md'), { preview: false });
      const pick = await ask('retry uploads');
      await previewed('src/upload/retry.ts');
      const last = pick.rows().at(-1);
      await untilActive(pick, (row) => row === last);
      await pick.accept();
      assert.equal(api.quickPick, undefined);
      assert.deepEqual(openTabs(), ['README.md']);
      assert.equal(label(vscode.window.activeTextEditor?.document.uri), 'workspace/README.md');
    });

    test('similar code leaves out the code itself', async () => {
      const api = await quarry();
      const editor = await vscode.window.showTextDocument(file('src/session/token.ts'));
      const start = editor.document
        .getText()
        .split('\n')
        .findIndex((line) => line.includes('function refreshSessionToken'));
      editor.selection = new vscode.Selection(start, 0, start + 5, 0);
      await vscode.commands.executeCommand('quarry.findSimilar');
      const pick = await eventually('the quick pick', () => api.quickPick);
      await pick.settled();
      const places = hitsOf(pick);
      assert.ok(places.length > 0);
      const own = pick.rows().filter((row) => row.row === 'hit' && row.hit.symbol === 'refreshSessionToken');
      assert.deepEqual(own, []);
    });

    test('search in a folder finds only what is in it', async () => {
      const api = await quarry();
      await vscode.commands.executeCommand('quarry.searchInFolder', file('worker'));
      const pick = await eventually('the quick pick', () => api.quickPick);
      await type(pick, 'upload');
      assert.ok(
        hitsOf(pick).length > 0,
        pick
          .rows()
          .map(({ label }) => label)
          .join('; '),
      );
      assert.ok(hitsOf(pick).every((place) => place.startsWith('worker/')));
    });
  });
}

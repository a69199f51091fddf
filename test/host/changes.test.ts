import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { ask, closeEditors, eventually, file, find, folder, onDisk, quarry } from './helpers.ts';

const definition = (name: string, says: string) => `/** ${says}. */\nexport function ${name}(): void {\n  console.log('${says}');\n}\n`;

/** The first hit of a search is looked for until it is in this file (null: until no hit defines the symbol any more). */
async function findsIn(symbol: string, where: string | null): Promise<void> {
  await eventually(`${symbol} in ${where ?? 'no file'}`, async () => {
    const found = (await find(symbol)).filter((hit) => hit.symbol === symbol).map((hit) => hit.path);
    return where === null ? found.length === 0 || undefined : found.includes(where) || undefined;
  });
}

function git(...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd: folder().fsPath, stdio: 'pipe' });
}

export function changesTests(): void {
  suite('changes are followed', () => {
    suiteSetup(quarry);
    suiteTeardown(closeEditors);

    test('a file made, changed and deleted behind the editor’s back', async () => {
      await fs.writeFile(onDisk('src/util/zebra.ts'), definition('countZebraStripes', 'Counts stripes of a zebra'));
      await findsIn('countZebraStripes', 'src/util/zebra.ts');
      await fs.writeFile(onDisk('src/util/zebra.ts'), definition('paintZebraStripes', 'Paints stripes on a zebra'));
      await findsIn('paintZebraStripes', 'src/util/zebra.ts');
      await findsIn('countZebraStripes', null);
      await fs.rm(onDisk('src/util/zebra.ts'));
      await findsIn('paintZebraStripes', null);
    });

    test('a save in the editor', async () => {
      const document = await vscode.workspace.openTextDocument(file('src/util/sleep.ts'));
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(0, 0), `${definition('hibernateUntilSpring', 'Sleeps through the winter')}\n`);
      await vscode.workspace.applyEdit(edit);
      await document.save();
      await findsIn('hibernateUntilSpring', 'src/util/sleep.ts');
      git('checkout', '--', 'src/util/sleep.ts');
      await findsIn('hibernateUntilSpring', null);
    });

    test('an unsaved editor, when the setting says so, and a result that has moved', async () => {
      const settings = vscode.workspace.getConfiguration('quarry.search');
      // In a browser, editors save by themselves.
      const files = vscode.workspace.getConfiguration('files');
      await files.update('autoSave', 'off', vscode.ConfigurationTarget.Global);
      const document = await vscode.workspace.openTextDocument(file('src/upload/retry.ts'));
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(0, 0), `${definition('polishTheMirror', 'Polishes a mirror')}\n\n`);
      await vscode.workspace.applyEdit(edit);
      assert.ok(!(await find('polishTheMirror')).some((hit) => hit.symbol === 'polishTheMirror'));
      // What was found before is opened where it is now.
      const pick = await ask('retryFailedUploads');
      const row = pick.activeRow();
      assert.ok(row?.row === 'hit' && row.hit.path === 'src/upload/retry.ts');
      await pick.accept();
      const editor = vscode.window.activeTextEditor;
      const selected = document.getText(editor?.selection);
      assert.equal(selected.replaceAll('\r', ''), row.hit.text);
      assert.notEqual(editor?.selection.start.line, row.hit.startLine - 1);
      await settings.update('unsavedEditors', true, vscode.ConfigurationTarget.Global);
      await findsIn('polishTheMirror', 'src/upload/retry.ts');
      await settings.update('unsavedEditors', undefined, vscode.ConfigurationTarget.Global);
      await findsIn('polishTheMirror', null);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await files.update('autoSave', undefined, vscode.ConfigurationTarget.Global);
    });

    test('a folder renamed in the editor, and one deleted', async () => {
      await fs.mkdir(onDisk('src/garden'));
      await fs.writeFile(onDisk('src/garden/rose.ts'), definition('waterTheRoses', 'Waters roses'));
      await findsIn('waterTheRoses', 'src/garden/rose.ts');
      const edit = new vscode.WorkspaceEdit();
      edit.renameFile(file('src/garden'), file('src/park'));
      await vscode.workspace.applyEdit(edit);
      await findsIn('waterTheRoses', 'src/park/rose.ts');
      assert.ok(!(await find('waterTheRoses')).some((hit) => hit.path === 'src/garden/rose.ts'));
      await fs.rename(onDisk('src/park'), onDisk('src/forest'));
      await findsIn('waterTheRoses', 'src/forest/rose.ts');
      await fs.rm(onDisk('src/forest'), { recursive: true });
      await findsIn('waterTheRoses', null);
    });

    test('another branch', async () => {
      git('checkout', '--quiet', '-b', 'side');
      await fs.writeFile(onDisk('src/util/comet.ts'), definition('trackTheComet', 'Follows a comet'));
      git('add', '--all');
      git('commit', '--quiet', '--message=Comet');
      await findsIn('trackTheComet', 'src/util/comet.ts');
      git('checkout', '--quiet', 'main');
      await findsIn('trackTheComet', null);
      git('checkout', '--quiet', 'side');
      await findsIn('trackTheComet', 'src/util/comet.ts');
      git('checkout', '--quiet', 'main');
    });

    test('pause keeps changes out, resume brings them in', async () => {
      const api = await quarry();
      await vscode.commands.executeCommand('quarry.pause');
      await eventually('the pause', () => api.status().every(({ phase }) => phase === 'paused') || undefined);
      await fs.writeFile(onDisk('src/util/otter.ts'), definition('feedTheOtter', 'Feeds an otter'));
      const kept = vscode.extensions.getExtension('quarry.quarry');
      assert.ok(kept?.isActive);
      assert.ok(!(await find('feedTheOtter')).some((hit) => hit.symbol === 'feedTheOtter'));
      await vscode.commands.executeCommand('quarry.resume');
      await findsIn('feedTheOtter', 'src/util/otter.ts');
      await fs.rm(onDisk('src/util/otter.ts'));
      await findsIn('feedTheOtter', null);
    });

    test('a rebuilt index answers as before', async () => {
      const api = await quarry();
      await vscode.commands.executeCommand('quarry.rebuild');
      await api.indexed();
      await findsIn('retryFailedUploads', 'src/upload/retry.ts');
    });

    test('without automatic indexing nothing is followed until indexing is resumed', async () => {
      const settings = vscode.workspace.getConfiguration('quarry.index', folder());
      const api = await quarry();
      await settings.update('auto', false, vscode.ConfigurationTarget.WorkspaceFolder);
      // What is searched stays there, and a change is not followed.
      await findsIn('retryFailedUploads', 'src/upload/retry.ts');
      await fs.writeFile(onDisk('src/util/heron.ts'), definition('paintTheHeron', 'Paints a heron'));
      assert.ok(!(await find('paintTheHeron')).some((hit) => hit.symbol === 'paintTheHeron'));
      await vscode.commands.executeCommand('quarry.resume');
      await findsIn('paintTheHeron', 'src/util/heron.ts');
      await settings.update('auto', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
      await fs.rm(onDisk('src/util/heron.ts'));
      await findsIn('paintTheHeron', null);
      await api.indexed();
    });

    test('an exclude setting takes a folder out, and gives it back; what is elsewhere is found all the while', async () => {
      const settings = vscode.workspace.getConfiguration('quarry.index', folder());
      let asking = true;
      const answers = (async () => {
        const seen = new Set<string | undefined>();
        while (asking) seen.add((await find('retryFailedUploads'))[0]?.symbol);
        return [...seen];
      })();
      await settings.update('exclude', ['worker/**'], vscode.ConfigurationTarget.WorkspaceFolder);
      await findsIn('scan_for_viruses', null);
      await settings.update('exclude', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
      await findsIn('scan_for_viruses', 'worker/scan.py');
      asking = false;
      assert.deepEqual(await answers, ['retryFailedUploads']);
      await fs.rm(path.join(folder().fsPath, '.vscode'), { recursive: true, force: true });
    });
  });
}

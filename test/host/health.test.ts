import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { eventually, find, quarry } from './helpers.ts';

export function healthTests(): void {
  suite('index health', () => {
    test('the view opens, and a clean-up leaves what is found', async () => {
      const api = await quarry();
      await vscode.commands.executeCommand('quarry.showHealth');
      await vscode.commands.executeCommand('quarry.refreshHealth');
      const before = await find('retry a failed upload');
      assert.ok(before.length > 0);
      // The message at the end waits for nobody.
      await vscode.commands.executeCommand('quarry.cleanUp');
      const status = api.status()[0];
      assert.ok(status !== undefined && fs.existsSync(status.indexDir));
      await eventually('the same answer', async () => (await find('retry a failed upload'))[0]?.path === before[0]?.path);
    });
  });
}

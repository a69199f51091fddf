import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import * as vscode from 'vscode';
import type { FileVerdict } from '../../src/core/files.ts';
import { file, onDisk, quarry } from './helpers.ts';

const explain = async (path: string): Promise<FileVerdict | undefined> => vscode.commands.executeCommand('quarry.explainFile', file(path));

export function explainTests(): void {
  suite('why is this file (not) indexed', () => {
    test('an indexed file', async () => {
      await quarry();
      assert.equal((await explain('src/upload/retry.ts'))?.indexed, true);
    });

    test('a secret file, and one that git ignores', async () => {
      await quarry();
      await fs.writeFile(onDisk('.env'), 'TOKEN=1\n');
      await fs.writeFile(onDisk('debug.log'), 'started\n');
      const [secret, ignored] = [await explain('.env'), await explain('debug.log')];
      await fs.rm(onDisk('.env'));
      await fs.rm(onDisk('debug.log'));
      assert.deepEqual([secret?.indexed, secret?.reason], [false, 'secret']);
      assert.deepEqual([ignored?.indexed, ignored?.reason], [false, 'git-ignored']);
      assert.match(ignored?.sentence ?? '', /debug\.log/);
    });

    test('a file elsewhere is answered with a sentence, not with an error', async () => {
      await quarry();
      assert.equal(await vscode.commands.executeCommand('quarry.explainFile', vscode.Uri.file('/elsewhere/a.ts')), undefined);
    });
  });
}

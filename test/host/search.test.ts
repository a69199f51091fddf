import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeEditors, file, find, folder, quarry } from './helpers.ts';

/** Plain questions, and the file and symbol that answer them. */
const ANSWERS: readonly (readonly [question: string, path: string, symbol: string])[] = [
  ['where are failed uploads retried', 'src/upload/retry.ts', 'retryFailedUploads'],
  ['limit requests per address', 'server/api/ratelimit.go', 'limitRequests'],
  ['move infected file to quarantine', 'worker/scan.py', 'move_to_quarantine'],
  ['refreshSessionToken', 'src/session/token.ts', 'refreshSessionToken'],
  ['delete parts of uploads nobody finished', 'server/storage/cleanup.go', 'Store.RemoveAbandoned'],
  ['cut a file into parts of equal size', 'src/upload/split.ts', 'splitIntoParts'],
];

export function searchTests(): void {
  suite('search', () => {
    for (const [question, path, symbol] of ANSWERS)
      test(`"${question}" finds ${symbol} first`, async () => {
        await quarry();
        const [first] = await find(question);
        assert.ok(first);
        assert.deepEqual([first.path, first.symbol], [path, symbol]);
        const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), path));
        const lines = document.getText().split('\n');
        assert.equal(first.text, lines.slice(first.startLine - 1, first.endLine).join('\n'));
      });

    test('an empty question is answered with a sentence', async () => {
      await quarry();
      await assert.rejects(find('   '), /^(?:\w*Error: )?Type a question/);
    });

    test('an agent of the editor finds it too, with place and code', async () => {
      await quarry();
      assert.ok(vscode.lm.tools.some(({ name }) => name === 'quarry_search'));
      const input = { query: 'where are failed uploads retried', limit: 2, lines: 5 };
      const { content } = await vscode.lm.invokeTool('quarry_search', { input, toolInvocationToken: undefined });
      const text = content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
      assert.match(text, /^1\. src\/upload\/retry\.ts:\d+-\d+ retryFailedUploads \(function\)\n```typescript/);
      assert.match(text, /^2\. /m);
      assert.doesNotMatch(text, /^3\. /m);
    });

    test('the configuration for an agent outside starts a server that answers', async () => {
      await quarry();
      const entry = await vscode.commands.executeCommand<string>('quarry.copyAgentConfig');
      const { mcpServers } = JSON.parse(entry);
      const { command, args, env } = mcpServers.quarry;
      assert.equal(args[2], folder().fsPath);
      const child = spawn(command, [...args, '--index-dir', fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-agent-'))], {
        env: { ...process.env, ...env },
      });
      const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })}\n`);
      const [answer] = await once(child.stdout, 'data');
      assert.match(String(answer), /"name":"quarry"/);
      child.stdin.end();
      await once(child, 'exit');
    });

    test('a question of 10,000 characters is answered', async () => {
      const api = await quarry();
      const { hits, notes } = await api.search('retry failed uploads '.repeat(500));
      assert.ok(hits.length > 0);
      assert.ok(notes.length > 0, 'nothing says that the question was cut');
    });

    test('files that are open come a little forward where the setting says so, and previewed ones do not', async () => {
      await quarry();
      await closeEditors();
      const question = 'part of a file';
      const near = async (): Promise<string[]> =>
        (await find(question)).filter(({ why }) => why.some(({ signal }) => signal === 'near')).map(({ path }) => path);
      const settings = vscode.workspace.getConfiguration('quarry.search');
      const open = 'src/upload/split.ts';
      await vscode.window.showTextDocument(file(open), { preview: false });
      assert.deepEqual(await near(), []);
      try {
        await settings.update('preferOpenEditors', true, vscode.ConfigurationTarget.Workspace);
        assert.ok((await near()).includes(open));
        await closeEditors();
        await vscode.window.showTextDocument(file(open), { preview: true });
        assert.deepEqual(await near(), []);
      } finally {
        await settings.update('preferOpenEditors', undefined, vscode.ConfigurationTarget.Workspace);
        await closeEditors();
      }
    });

    test('a cancelled search settles', async () => {
      const api = await quarry();
      await vscode.commands.executeCommand('quarry.search', 'upload');
      const pick = api.quickPick;
      pick?.ask('first');
      const first = pick?.settled();
      pick?.ask('where is the checksum of a part compared');
      await first;
      await pick?.settled();
      assert.ok(pick?.rows().some((row) => row.row === 'hit'));
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    });
  });
}

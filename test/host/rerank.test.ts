import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { PickSession } from '../../src/host/quickPick/session.ts';
import { ask, extension, pressEscape, QUESTION, quarry, type } from './helpers.ts';

const MODEL = 'cross-encoder/ms-marco-MiniLM-L-6-v2';

/** A folder for models that holds a tiny reranker. */
async function modelsFolder(): Promise<string> {
  const { extensionPath } = extension();
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'quarry-models-'));
  const cli = path.join(extensionPath, 'dist/cli.mjs');
  const tiny = path.join(extensionPath, 'test/fixtures/models/cross');
  const args = [cli, 'models', 'import', MODEL, tiny, '--models-dir', folder];
  // In a desktop editor the program is the application itself, which this turns into Node.
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
  return folder;
}

export function rerankTests(): void {
  suite('reranking', () => {
    const isOn = () => vscode.workspace.getConfiguration('quarry.rerank').get('enabled');
    const set = (name: string, value: unknown) =>
      vscode.workspace.getConfiguration('quarry').update(name, value, vscode.ConfigurationTarget.Global);
    const hits = (pick: PickSession) => pick.rows().flatMap((row) => (row.row === 'hit' ? [row.hit] : []));

    teardown(async () => {
      await pressEscape();
      for (const name of ['rerank.enabled', 'rerank.model', 'rerank.timeBudget', 'models.folder']) await set(name, undefined);
    });

    test('a command switches it on, rows then come in the order of the model and say so, and it is switched off again', async () => {
      await quarry();
      await set('models.folder', await modelsFolder());
      // What a slow machine reads in the usual time is nothing.
      await set('rerank.timeBudget', 60_000);
      const plain = hits(await ask(QUESTION));
      assert.ok(plain.every(({ reranked }) => reranked === undefined));
      await pressEscape();
      await vscode.commands.executeCommand('quarry.toggleReranking');
      assert.equal(isOn(), true);
      const pick = await ask(QUESTION);
      const reranked = hits(pick);
      assert.ok(reranked[0]?.reranked !== undefined);
      assert.deepEqual(
        reranked.map(({ path: file, startLine }) => `${file}:${startLine}`).sort(),
        plain.map(({ path: file, startLine }) => `${file}:${startLine}`).sort(),
      );
      const moved = pick.rows().find((row) => row.row === 'hit' && (row.hit.reranked?.moved ?? 0) > 0);
      assert.match(moved?.description ?? '', / • ↑\d+$/);
      await pressEscape();
      await vscode.commands.executeCommand('quarry.toggleReranking');
      assert.equal(isOn(), false);
      assert.ok(hits(await ask(QUESTION)).every((hit) => hit.reranked === undefined));
    });

    test('a model that is not there leaves the rows where they are', async () => {
      await quarry();
      const plain = hits(await ask(QUESTION)).map(({ path: file, startLine }) => `${file}:${startLine}`);
      await pressEscape();
      await set('rerank.model', 'Qwen/Qwen3-Reranker-0.6B');
      await set('rerank.enabled', true);
      const pick = await ask(QUESTION);
      assert.deepEqual(
        hits(pick).map(({ path: file, startLine }) => `${file}:${startLine}`),
        plain,
      );
      // The next question is answered as well.
      await type(pick, 'JoinParts');
      assert.ok(hits(pick).length > 0);
    });
  });
}

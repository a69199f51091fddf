import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { findModel } from '../../src/models/catalogue.ts';
import { openLibrary } from '../../src/models/library.ts';
import { eventually, extension, find, QUESTION, quarry } from './helpers.ts';

const MAIN = 'nomic-ai/CodeRankEmbed';

export function embeddingTests(): void {
  suite('an installed model', () => {
    const set = (name: string, value: unknown) =>
      vscode.workspace.getConfiguration('quarry').update(name, value, vscode.ConfigurationTarget.Global);

    test('embeds while the settings name it, and the status says where', async () => {
      const api = await quarry();
      const embedder = () => api.status()[0]?.embedder;
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'quarry-models-'));
      const entry = findModel(MAIN);
      assert.ok(entry);
      await openLibrary(dir).importFolder(entry, path.join(extension().extensionPath, 'test/fixtures/models/nomic'));
      try {
        await set('models.folder', dir);
        await eventually('the installed model', () => embedder()?.id === MAIN || undefined);
        assert.equal(embedder()?.device, 'cpu');
        assert.equal(embedder()?.dtype, 'q8');
        await api.indexed();
        assert.ok((await find(QUESTION)).length > 0);
        await set('embedding.model', 'bundled');
        await eventually('the bundled model', () => embedder()?.id === 'bundled' || undefined);
        await api.indexed();
        assert.equal((await find(QUESTION))[0]?.symbol, 'retryFailedUploads');
      } finally {
        await set('embedding.model', undefined);
        await set('models.folder', undefined);
        await eventually('the bundled model again', () => embedder()?.id === 'bundled' || undefined);
        fs.rmSync(dir, { recursive: true, force: true });
      }
      await api.indexed();
      assert.equal((await find(QUESTION))[0]?.symbol, 'retryFailedUploads');
    });
  });
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEditors, eventually, QUESTION, quarry } from './helpers.ts';

export function compareTests(): void {
  suite('compare models', () => {
    test('shows how far they agree in a document, and leaves the workspace’s own index alone', async () => {
      const api = await quarry();
      const before = api.status()[0]?.embedder.id;
      await vscode.commands.executeCommand('quarry.compareModels', {
        models: ['current', 'keyword', 'bundled'],
        questions: [QUESTION, 'limit requests'],
      });
      const document = await eventually('the document', () => {
        const shown = vscode.window.activeTextEditor?.document;
        return shown?.languageId === 'markdown' && shown.isUntitled ? shown : undefined;
      });
      const text = document.getText();
      assert.match(text, /^# Comparison of models\n\n2 questions, none of them with known answers\./);
      assert.match(text, /\| current \| bundled +\| 1\.000 +\| 1\.000 \| 1\.000 \|/);
      assert.equal(api.status()[0]?.embedder.id, before);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await closeEditors();
    });
  });
}

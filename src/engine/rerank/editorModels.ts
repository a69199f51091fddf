import { CancellationTokenSource, type MessageConnection } from 'vscode-jsonrpc';
import { AskEditorModel, DescribeEditorModel } from '../../protocol/rerank.ts';
import type { EditorModels } from './listwise.ts';

/** The language models of the editor, asked through the face that started this engine. `offline` forbids them too: they are no models of this machine. */
export function editorModels(connection: MessageConnection, isOffline: () => boolean): EditorModels {
  const allowed = (): void => {
    if (isOffline()) throw new Error("The offline setting forbids asking the editor's language models.");
  };
  return {
    async describe(model) {
      allowed();
      return connection.sendRequest(DescribeEditorModel, { model });
    },
    async ask(model, prompt, signal) {
      allowed();
      const source = new CancellationTokenSource();
      const cancel = (): void => source.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return await connection.sendRequest(AskEditorModel, { model, prompt }, source.token);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

import * as vscode from 'vscode';
import type { EditorModels } from '../../client/engineClient.ts';
import { sentenceOf } from '../sentence.ts';

/**
 * The editor's own language models for the engine. Nothing is asked unless the person has chosen them as the reranker, and the editor
 * itself asks for consent at the first request.
 */
export function createEditorModels(): EditorModels {
  return {
    describe: async (model) => (await select(model)).name,
    async ask(wanted, { system, user }, token) {
      const model = await select(wanted);
      try {
        // There is no system message in this interface.
        const messages = [vscode.LanguageModelChatMessage.User(`${system}\n\n${user}`)];
        const justification = 'To order search results by how well they answer your question.';
        const { text } = await model.sendRequest(messages, { justification }, token as vscode.CancellationToken);
        let answer = '';
        for await (const part of text) answer += part;
        return answer;
      } catch (error) {
        throw new Error(`${model.name} did not answer: ${sentenceOf(error)}`);
      }
    },
  };
}

/** The model of this id, family or name, or any when none is wanted. */
async function select(wanted: string): Promise<vscode.LanguageModelChat> {
  const models = await vscode.lm.selectChatModels();
  const model = wanted === '' ? models[0] : models.find(({ id, family, name }) => [id, family, name].includes(wanted));
  if (model !== undefined) return model;
  const known = models.map(({ id }) => id).join(', ');
  throw new Error(
    models.length === 0
      ? 'The editor has no language model that extensions may ask.'
      : `The editor has no language model ${wanted}; there is ${known}.`,
  );
}

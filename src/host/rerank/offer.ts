import * as vscode from 'vscode';
import type { IndexStatus } from '../../protocol/engine.ts';
import { readRerankSettings } from './settings.ts';
import { isWorthOffering } from './worthOffering.ts';

const OFFERED = 'quarry.rerankOffered';
/** Offers reranking once in the life of an installation, on a machine whose GPU makes it quick. */
export async function offerReranking(statuses: readonly IndexStatus[], memory: vscode.Memento): Promise<void> {
  if (!isWorthOffering(statuses, readRerankSettings().enabled, memory.get(OFFERED) === true)) return;
  await memory.update(OFFERED, true);
  const choose = 'Choose Reranker';
  const sentence = 'The GPU of this machine can read the best search results again with the question, for a better order.';
  if ((await vscode.window.showInformationMessage(sentence, choose, 'Not Now')) === choose)
    await vscode.commands.executeCommand('quarry.chooseReranker');
}

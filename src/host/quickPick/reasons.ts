import * as vscode from 'vscode';
import type { Reason, SearchHit } from '../../protocol/search.ts';

/** One line a reason: what it is in words, and its size. */
export function reasonText(reason: Reason): { readonly label: string; readonly description: string } {
  const size = Number.isInteger(reason.value) ? String(reason.value) : reason.value.toFixed(3);
  const effects = { score: `adds ${size}`, factor: `times ${size}`, info: '' } as const;
  return {
    label: reason.detail.replace(/\$\(/g, '\\$('),
    description: [reason.signal, effects[reason.effect]].filter(Boolean).join(' • '),
  };
}

/** Lists what put a hit at its place. Settles with true when the person goes back to the results. */
export function showReasons(hit: SearchHit): Promise<boolean> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick();
    let back = false;
    pick.title = `Why ${hit.path}:${hit.startLine} is here`;
    pick.placeholder = `Score ${hit.score.toFixed(3)}`;
    pick.buttons = [vscode.QuickInputButtons.Back];
    pick.items = hit.why.length > 0 ? hit.why.map(reasonText) : [{ label: 'The engine gave no reasons.' }];
    const goBack = () => {
      back = true;
      pick.hide();
    };
    pick.onDidTriggerButton(goBack);
    pick.onDidAccept(goBack);
    pick.onDidHide(() => {
      pick.dispose();
      resolve(back);
    });
    pick.show();
  });
}

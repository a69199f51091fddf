import type * as vscode from 'vscode';
import type { LocateParams } from '../protocol/editors.ts';
import type { SearchHit } from '../protocol/search.ts';
import { stillThere } from './panel/stale.ts';

/** Finds the lines of a hit in a document as it is now. */
export type Locate = (document: vscode.TextDocument, hit: SearchHit) => Promise<SearchHit>;

/** Asks the engine for the lines of a hit whose file changed; a hit that is gone keeps its former lines. */
export function locator(ask: (params: LocateParams) => Promise<{ readonly startLine: number; readonly endLine: number } | null>): Locate {
  return async (document, hit) => {
    const text = document.getText();
    if (stillThere(text.split(/\r?\n/u), hit)) return hit;
    const { path, symbol, kind, startLine, text: former } = hit;
    // Without an answer the former lines are the best guess.
    const found = await ask({ path, text, hit: { symbol, kind, startLine, text: former } }).catch(() => null);
    return found === null ? hit : { ...hit, ...found };
  };
}

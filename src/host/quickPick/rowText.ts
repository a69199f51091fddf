import type { ChunkKind } from '../../core/chunk.ts';
import { movedText } from '../../core/rerank/words.ts';
import type { SearchHit } from '../../protocol/search.ts';

/** The three texts of a row, ready for the editor: codicon syntax in code is escaped. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

const ICONS: Readonly<Record<ChunkKind, string>> = {
  function: 'symbol-method',
  method: 'symbol-method',
  class: 'symbol-class',
  interface: 'symbol-interface',
  struct: 'symbol-structure',
  enum: 'symbol-enum',
  trait: 'symbol-interface',
  type: 'symbol-interface',
  module: 'symbol-module',
  constant: 'symbol-constant',
  macro: 'symbol-operator',
  section: 'symbol-string',
  rest: 'symbol-file',
};

const LONGEST_DETAIL = 200;

/** A text on one line, cut, in which `$(name)` is no icon. */
function literal(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
  return cut.replace(/\$\(/g, '\\$(');
}

/** The line of a hit that matches best; when that one is blank, the first that is not. */
export function bestLineOf(hit: Pick<SearchHit, 'text' | 'startLine' | 'bestLine'>): string {
  const lines = hit.text.split('\n');
  const best = lines[hit.bestLine - hit.startLine] ?? '';
  return best.trim() !== '' ? best : (lines.find((line) => line.trim() !== '') ?? '');
}

/** What a row says: icon and symbol, place, best line. `folderName` is given when the workspace has several folders. */
export function rowText(hit: SearchHit, folderName?: string): RowText {
  const name = hit.symbol.trim() !== '' ? hit.symbol : (hit.path.split('/').at(-1) ?? hit.path);
  const place = [`${hit.path}:${hit.startLine}`, movedText(hit.reranked?.moved ?? 0)].filter((part) => part !== '').join(' • ');
  return {
    label: `$(${ICONS[hit.kind]}) ${literal(name)}`,
    description: folderName === undefined ? literal(place) : `${literal(folderName)} • ${literal(place)}`,
    detail: literal(bestLineOf(hit)),
  };
}

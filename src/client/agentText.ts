import { printable } from '../core/printable.ts';
import type { SearchHit, SearchResponse } from '../protocol/search.ts';

/** What an agent gets that asks for nothing else: results, and lines of code of each. */
export const AGENT_DEFAULTS = { limit: 8, lines: 15 } as const;

/**
 * An answer for a language model: a numbered place a result, with at most `lines` lines of its code around the line that matches best,
 * then what there is to say about the answer. Paths are relative to their folder; with several folders the folder stands before them.
 */
export function agentText(response: SearchResponse, lines: number, folderName: (hit: SearchHit) => string = () => ''): string {
  const rows = response.hits.map((hit, at) => `${at + 1}. ${headOf(hit, folderName(hit))}${codeOf(hit, lines)}`);
  if (rows.length === 0) rows.push('Nothing found. Other words, fewer filters or a description of what the code does may help.');
  return [...rows, ...response.notes.map((note) => `Note: ${note}`)].join('\n\n');
}

function headOf({ path, startLine, endLine, symbol, kind }: SearchHit, folder: string): string {
  const place = `${folder === '' ? '' : `${folder}/`}${path}:${startLine}-${endLine}`;
  return printable(symbol === '' ? place : `${place} ${symbol} (${kind})`);
}

function codeOf(hit: SearchHit, most: number): string {
  if (most === 0) return '';
  const all = hit.text.split('\n');
  const open = hit.kind === 'section' ? 0 : firstCodeLine(all);
  const first = Math.max(0, Math.min(Math.max(open, hit.bestLine - hit.startLine - Math.floor(most / 3)), all.length - most));
  const shown = all.slice(first, first + most);
  const part = shown.length < all.length ? ` lines ${hit.startLine + first}-${hit.startLine + first + shown.length - 1}` : '';
  const fence = fenceFor(shown);
  return `\n${fence}${hit.language}${part}\n${shown.join('\n')}\n${fence}`;
}

/** A long comment above a definition would fill the room that the definition itself needs. */
const COMMENT = /^\s*(\/\*|\*|\/\/|#(?=[\s#!]|$)|--|;|%|"""|'''|$)/;

function firstCodeLine(lines: readonly string[]): number {
  return Math.max(
    0,
    lines.findIndex((line) => !COMMENT.test(line)),
  );
}

/** A fence longer than any in the code, so that the code cannot end it. */
function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.map((line) => /^\s*(`{3,})/.exec(line)?.[1]?.length ?? 0));
  return '`'.repeat(longest + 1);
}

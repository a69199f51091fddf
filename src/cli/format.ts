import { styleText } from 'node:util';
import type { Reason, SearchHit, SearchResponse } from '../protocol/search.ts';

/** The stable shape that other tools build on: one result of `batch` and of `search --json`. */
export interface JsonResult {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly symbol: string;
  readonly kind: string;
  readonly language: string;
  readonly score: number;
  readonly why: readonly Reason[];
}

export interface JsonAnswer {
  readonly id?: string | number;
  readonly query: string;
  readonly ms: number;
  readonly results: readonly JsonResult[];
}

export function toJsonAnswer(query: string, response: SearchResponse, id?: string | number): JsonAnswer {
  const results = response.hits.map(({ path, startLine, endLine, symbol, kind, language, score, why }) => ({
    path,
    startLine,
    endLine,
    symbol,
    kind,
    language,
    score: round(score),
    why,
  }));
  return { ...(id === undefined ? {} : { id }), query, ms: round(response.ms), results };
}

/** Lines of a hit that are printed, around the line that matches best. */
const SNIPPET_LINES = 3;

type Style = Parameters<typeof styleText>[0];

/** The answer for a person at a terminal. */
export function toText(response: SearchResponse, options: { readonly explain: boolean; readonly colour: boolean }): string {
  const paint = (style: Style, text: string): string => (options.colour ? styleText(style, text, { validateStream: false }) : text);
  const rows = response.hits.map((hit, at) => {
    const head = `${paint('dim', String(at + 1).padStart(2))}  ${paint('cyan', `${hit.path}:${hit.startLine}-${hit.endLine}`)}${hit.symbol === '' ? '' : `  ${paint('bold', hit.symbol)}`}`;
    const why = options.explain ? hit.why.map((reason) => paint('dim', `      ${explainLine(reason)}`)) : [];
    return [head, ...snippet(hit).map((line) => `      ${line}`), ...why].join('\n');
  });
  const notes = response.notes.map((note) => paint('yellow', note));
  const count = response.hits.length === 0 ? 'Nothing found' : `${response.hits.length} results`;
  return [...rows, ...notes, paint('dim', `${count} in ${Math.round(response.ms)} ms (${response.mode})`)].join('\n');
}

function snippet(hit: SearchHit): readonly string[] {
  const lines = hit.text.split('\n');
  const best = hit.bestLine - hit.startLine;
  const first = Math.max(0, Math.min(best - 1, lines.length - SNIPPET_LINES));
  return lines
    .slice(first, first + SNIPPET_LINES)
    .map((line, at) => `${String(hit.startLine + first + at).padStart(5)} | ${line.slice(0, 160)}`);
}

function explainLine({ effect, value, detail, signal }: Reason): string {
  const size = effect === 'factor' ? `x ${value.toFixed(2)}` : effect === 'score' ? `+ ${value.toFixed(3)}` : '';
  return `${size.padEnd(8)} ${detail} [${signal}]`;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

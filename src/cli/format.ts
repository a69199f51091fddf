import { styleText } from 'node:util';
import { printable } from '../core/printable.ts';
import { movedText, rerankText } from '../core/rerank/words.ts';
import type { SearchMetrics } from '../protocol/rerank.ts';
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
  /** Present when a reranker has read this place; `moved` counts places, up when positive. */
  readonly reranked?: { readonly score: number; readonly moved: number };
}

export interface JsonAnswer {
  readonly id?: string | number;
  readonly query: string;
  readonly ms: number;
  readonly metrics: SearchMetrics;
  readonly results: readonly JsonResult[];
}

export function toJsonAnswer(query: string, response: SearchResponse, id?: string | number): JsonAnswer {
  const results = response.hits.map(({ path, startLine, endLine, symbol, kind, language, score, why, reranked }) => ({
    path,
    startLine,
    endLine,
    symbol,
    kind,
    language,
    score: round(score),
    why,
    ...(reranked === undefined ? {} : { reranked: { score: round(reranked.score), moved: reranked.moved } }),
  }));
  const { metrics } = response;
  const rounded = { ...metrics, retrievalMs: round(metrics.retrievalMs), rerankMs: round(metrics.rerankMs), msEach: round(metrics.msEach) };
  return { ...(id === undefined ? {} : { id }), query, ms: round(response.ms), metrics: rounded, results };
}

/** Lines of a hit that are printed, around the line that matches best. */
const SNIPPET_LINES = 3;

type Style = Parameters<typeof styleText>[0];

/** The answer for a person at a terminal. */
export function toText(response: SearchResponse, options: { readonly explain: boolean; readonly colour: boolean }): string {
  const paint = (style: Style, text: string): string => {
    const line = printable(text);
    return options.colour ? styleText(style, line, { validateStream: false }) : line;
  };
  const rows = response.hits.map((hit, at) => {
    const place = `${paint('dim', String(at + 1).padStart(2))}  ${paint('cyan', `${hit.path}:${hit.startLine}-${hit.endLine}`)}`;
    const moved = movedText(hit.reranked?.moved ?? 0);
    const head = [place, hit.symbol && paint('bold', hit.symbol), moved && paint('dim', moved)].filter(Boolean).join('  ');
    const why = options.explain ? hit.why.map((reason) => paint('dim', `      ${explainLine(reason)}`)) : [];
    return [head, ...snippet(hit).map((line) => `      ${line}`), ...why].join('\n');
  });
  const { fallback } = response.metrics;
  const notes = [...response.notes, ...(fallback === '' ? [] : [fallback])].map((note) => paint('yellow', note));
  const found = response.hits.length;
  const count = found === 0 ? 'Nothing found' : `${found} ${found === 1 ? 'result' : 'results'}`;
  return [...rows, ...notes, paint('dim', `${count} in ${Math.round(response.ms)} ms (${servedText(response)})`)].join('\n');
}

/** `hybrid, reranked 20 with gte-reranker on CPU, 610 ms` */
function servedText({ mode, metrics }: SearchResponse): string {
  return [mode, rerankText(metrics)].filter((part) => part !== '').join(', ');
}

function snippet(hit: SearchHit): readonly string[] {
  const lines = hit.text.split('\n');
  const best = hit.bestLine - hit.startLine;
  const first = Math.max(0, Math.min(best - 1, lines.length - SNIPPET_LINES));
  return lines
    .slice(first, first + SNIPPET_LINES)
    .map((line, at) => `${String(hit.startLine + first + at).padStart(5)} | ${printable(line.slice(0, 160))}`);
}

function explainLine({ effect, value, detail, signal }: Reason): string {
  const size = effect === 'factor' ? `x ${value.toFixed(2)}` : effect === 'score' ? `+ ${value.toFixed(3)}` : '';
  return `${size.padEnd(8)} ${detail} [${signal}]`;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

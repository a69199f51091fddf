import { type Command, InvalidArgumentError, Option } from 'commander';
import { CANDIDATES, RERANK_DEFAULTS, type RerankOptions } from '../protocol/rerank.ts';
import type { RowKind, SearchFilters, SearchMode, SearchRequest } from '../protocol/search.ts';
import { type SessionFlags, withSessionFlags } from './flags.ts';
import { UsageError } from './usage.ts';

export interface SearchOptions extends SessionFlags {
  readonly limit: number;
  readonly mode: SearchMode;
  readonly rows: RowKind;
  readonly lang: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly near: readonly string[];
  readonly without: readonly string[];
  /** True, or the id of a reranker. */
  readonly rerank?: string | true;
  readonly candidates?: number;
  readonly budget?: number;
  readonly hops: 1 | 2;
}

const MOST_RESULTS = 1000;
const MOST_MS = 3_600_000;

/** The options that `search` and `batch` share. */
export function withSearchOptions(command: Command): Command {
  return withSessionFlags(command)
    .option('--limit <n>', 'number of results', positiveInteger, 10)
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'semantic', 'keyword']).default('hybrid'))
    .addOption(new Option('--rows <rows>', 'the best places, or many files first').choices(['symbol', 'file']).default('symbol'))
    .option('--lang <language>', 'only this language; may be repeated or comma-separated', list, [])
    .option('--include <glob>', 'only paths that match; may be repeated', collect, [])
    .option('--exclude <glob>', 'no paths that match; may be repeated', collect, [])
    .option('--near <path>', 'prefer this file and its folder a little; may be repeated', collect, [])
    .option('--without <stage>', 'leave a ranking stage out; may be repeated', collect, [])
    .option('--rerank [model]', 'read the best places again together with the question')
    .option('--candidates <n>', `places that the reranker reads (default: ${RERANK_DEFAULTS.candidates})`, candidates)
    .option('--budget <ms>', 'on a CPU, read only as many as fit this time', milliseconds)
    .addOption(hopsOption());
}

export function toRequest(folder: string, query: string, options: SearchOptions, languages: readonly string[]): SearchRequest {
  const filters: SearchFilters = { languages, include: options.include, exclude: options.exclude };
  const rerank = rerankOptions(options);
  return {
    folders: [folder],
    query,
    mode: options.mode,
    limit: options.limit,
    rows: options.rows,
    filters,
    near: options.near,
    without: options.without,
    hops: options.hops,
    ...(rerank === undefined ? {} : { rerank }),
  };
}

function rerankOptions({ rerank, candidates, budget }: SearchOptions): RerankOptions | undefined {
  if (rerank === undefined) {
    if (candidates === undefined && budget === undefined) return undefined;
    throw new UsageError('--candidates and --budget say how to rerank: they go with --rerank.');
  }
  return {
    ...(rerank === true ? {} : { model: rerank }),
    ...(candidates === undefined ? {} : { candidates }),
    ...(budget === undefined ? {} : { budgetMs: budget }),
  };
}

export function hopsOption(): Option {
  return new Option('--hops <n>', '2 follows the first answers to what they lead to').argParser(hops).default(1);
}

function hops(value: string): 1 | 2 {
  if (value !== '1' && value !== '2') throw new InvalidArgumentError('It must be 1 or 2.');
  return value === '2' ? 2 : 1;
}

function positiveInteger(value: string): number {
  return wholeNumber(value, 1, MOST_RESULTS);
}

function candidates(value: string): number {
  return wholeNumber(value, CANDIDATES.least, CANDIDATES.most);
}

function milliseconds(value: string): number {
  return wholeNumber(value, 1, MOST_MS);
}

function wholeNumber(value: string, least: number, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  }
  return number;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Gathers the values of an option that may be repeated or hold several, separated by commas. */
export function list(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')];
}

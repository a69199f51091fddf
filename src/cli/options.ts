import { type Command, InvalidArgumentError, Option } from 'commander';
import { CANDIDATES, RERANK_DEFAULTS, type RerankOptions } from '../protocol/rerank.ts';
import type { RowKind, SearchFilters, SearchMode, SearchRequest } from '../protocol/search.ts';
import { DEVICES, type SessionFlags, withSessionFlags } from './flags.ts';
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
  readonly blend?: number;
  readonly instruction?: string;
  readonly rerankDevice?: RerankOptions['device'];
  readonly rerankDtype?: RerankOptions['dtype'];
  readonly hops: 1 | 2;
}

const DTYPES: readonly NonNullable<RerankOptions['dtype']>[] = ['auto', 'q8', 'fp16', 'fp32', 'q4', 'q4f16'];
const MOST_RESULTS = 1000;
const MOST_MS = 3_600_000;

/** The options that `search` and `batch` share. */
export function withSearchOptions(command: Command): Command {
  return withSessionFlags(command)
    .option('--limit <n>', 'number of results', positiveInteger, 10)
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'semantic', 'keyword']).default('hybrid'))
    .addOption(new Option('--rows <rows>', 'the best places, or many files first').choices(['symbol', 'file']).default('symbol'))
    .option('--lang <language>', 'only this language; may be repeated or comma-separated', list, [])
    .option('--include <glob>', 'only paths that match; may be repeated', globs, [])
    .option('--exclude <glob>', 'no paths that match; may be repeated', globs, [])
    .option('--near <path>', 'prefer this file and its folder a little; may be repeated', collect, [])
    .option('--without <stage>', 'leave a ranking stage out; may be repeated', collect, [])
    .option('--rerank [model]', 'read the best places again together with the question')
    .option('--candidates <n>', `places that the reranker reads (default: ${RERANK_DEFAULTS.candidates})`, candidates)
    .option('--budget <ms>', 'on a CPU, or where a language model orders a list, read only as many as fit this time', milliseconds)
    .option('--blend <weight>', `weight of the reranker against the search, 0 to 1 (default: ${RERANK_DEFAULTS.blend})`, weight)
    .option(
      '--instruction <words>',
      `what the search is for: general, technical, code, qa, or words of your own (default: ${RERANK_DEFAULTS.instruction})`,
      words,
    )
    .addOption(new Option('--rerank-device <device>', 'where the reranker runs (default: the fastest that works)').choices(DEVICES))
    .addOption(new Option('--rerank-dtype <format>', 'number format of its weights (default: the one for the device)').choices(DTYPES))
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

function rerankOptions(options: SearchOptions): RerankOptions | undefined {
  const { rerank, candidates, budget, blend, instruction, rerankDevice, rerankDtype } = options;
  const given: RerankOptions = {
    ...(candidates === undefined ? {} : { candidates }),
    ...(budget === undefined ? {} : { budgetMs: budget, listMs: budget }),
    ...(blend === undefined ? {} : { blend }),
    ...(instruction === undefined ? {} : { instruction }),
    ...(rerankDevice === undefined ? {} : { device: rerankDevice }),
    ...(rerankDtype === undefined ? {} : { dtype: rerankDtype }),
  };
  if (rerank !== undefined) return { ...(rerank === true ? {} : { model: rerank }), ...given };
  if (Object.keys(given).length === 0) return undefined;
  throw new UsageError(
    '--candidates, --budget, --blend, --instruction, --rerank-device and --rerank-dtype say how to rerank: they go with --rerank.',
  );
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

function weight(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return number;
}

function words(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must be general, technical, code, qa, or words of your own.');
  return value.trim();
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

function globs(value: string, before: readonly string[]): readonly string[] {
  if (value.trim() === '') throw new InvalidArgumentError('It must be a pattern such as src/**.');
  return collect(value, before);
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Gathers the values of an option that may be repeated or hold several, separated by commas. */
export function list(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')];
}

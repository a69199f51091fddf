import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RowKind, SearchFilters, SearchMode, SearchRequest } from '../protocol/search.ts';
import { type SessionFlags, withSessionFlags } from './flags.ts';

export interface SearchOptions extends SessionFlags {
  readonly limit: number;
  readonly mode: SearchMode;
  readonly rows: RowKind;
  readonly lang: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly without: readonly string[];
}

const MOST_RESULTS = 1000;

/** The options that `search` and `batch` share. */
export function withSearchOptions(command: Command): Command {
  return withSessionFlags(command)
    .option('--limit <n>', 'number of results', positiveInteger, 10)
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'semantic', 'keyword']).default('hybrid'))
    .addOption(new Option('--rows <rows>', 'the best places, or many files first').choices(['symbol', 'file']).default('symbol'))
    .option('--lang <language>', 'only this language; may be repeated or comma-separated', list, [])
    .option('--include <glob>', 'only paths that match; may be repeated', collect, [])
    .option('--exclude <glob>', 'no paths that match; may be repeated', collect, [])
    .option('--without <stage>', 'leave a ranking stage out; may be repeated', collect, []);
}

export function toRequest(folder: string, query: string, options: SearchOptions, languages: readonly string[]): SearchRequest {
  const filters: SearchFilters = { languages, include: options.include, exclude: options.exclude };
  return { folders: [folder], query, mode: options.mode, limit: options.limit, rows: options.rows, filters, without: options.without };
}

function positiveInteger(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MOST_RESULTS) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_RESULTS}.`);
  }
  return number;
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function list(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')];
}

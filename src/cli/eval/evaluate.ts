import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Search } from '../../protocol/engine.ts';
import type { RowKind, SearchMode } from '../../protocol/search.ts';
import { type SessionFlags, sessionOf } from '../flags.ts';
import { cacheDir } from '../indexDir.ts';
import { withSession } from '../session.ts';
import { UsageError } from '../usage.ts';
import { corpusFolder } from './corpus.ts';
import { reportText } from './report.ts';
import { scoreAnswers } from './score.ts';
import { loadSets } from './sets.ts';
import type { EvalRun, EvalSet, ScoredQuestion } from './types.ts';

export interface EvalOptions extends SessionFlags {
  readonly set: string;
  readonly repoDir: string;
  readonly mode: SearchMode;
  readonly rows?: RowKind;
  readonly without: readonly string[];
  readonly hops: 1 | 2;
  readonly only?: string;
  readonly against?: string;
  readonly save?: string;
  readonly json?: boolean;
}

/** Enough for recall@50. */
const DEPTH = 50;

/** Runs the questions of every set that has its work tree; prints the tables. Exit code 1 when no set could be run. */
export async function evaluate(options: EvalOptions): Promise<number> {
  const sets = loadSets(resolve(options.set)).filter((set) => options.only === undefined || set.name.includes(options.only));
  const before = options.against === undefined ? undefined : readRun(options.against);
  const questions: ScoredQuestion[] = [];
  for (const set of sets) questions.push(...(await runSet(set, options)));
  const run: EvalRun = { mode: options.mode, without: options.without, questions };
  if (options.save !== undefined) writeFileSync(options.save, JSON.stringify(run));
  process.stdout.write(`${options.json === true ? JSON.stringify(run) : reportText(run, before)}\n`);
  return questions.length > 0 ? 0 : 1;
}

async function runSet(set: EvalSet, options: EvalOptions): Promise<readonly ScoredQuestion[]> {
  const cache = resolve(options.indexDir ?? join(cacheDir(), 'eval'));
  const corpus = corpusFolder(set.corpus, resolve(options.repoDir), join(cache, 'corpora'));
  if (corpus === undefined) {
    process.stderr.write(`${set.name} is left out: there is no work tree of it in ${options.repoDir}.\n`);
    return [];
  }
  const { include, exclude } = set.corpus.kind === 'folder' ? set.corpus : { include: [], exclude: [] };
  // The benchmarks index only what their rules name, so the rules decide at indexing time and not as a filter of a search.
  const files = { include, exclude };
  return withSession({ ...sessionOf(corpus.folder, options, true), indexDir: join(cache, 'indexes', set.name), files }, async (session) => {
    await session.ready();
    const scored: ScoredQuestion[] = [];
    for (const { query, category, targets } of set.questions) {
      const { hits, ms } = await session.client.request(Search, {
        folders: [session.folder],
        query,
        mode: options.mode,
        limit: DEPTH,
        rows: options.rows ?? set.rows,
        filters: {},
        without: options.without,
        hops: options.hops,
      });
      const answers = hits.map((hit) => ({ ...hit, path: `${corpus.prefix}${hit.path}`, names: hit.names ?? [] }));
      scored.push({ set: set.name, group: set.group, language: set.language, category, query, ms, ...scoreAnswers(answers, targets) });
    }
    return scored;
  });
}

function readRun(path: string): EvalRun {
  if (!existsSync(path)) throw new UsageError(`There is no saved run at ${path}.`);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as EvalRun;
  } catch {
    throw new UsageError(`${path} is not a run that quarry eval saved.`);
  }
}

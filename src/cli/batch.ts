import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { ResponseError } from 'vscode-jsonrpc';
import { ErrorCode, Search } from '../protocol/engine.ts';
import type { SearchResponse } from '../protocol/search.ts';
import { sessionOf } from './flags.ts';
import { toJsonAnswer } from './format.ts';
import { languageIds } from './languages.ts';
import { type SearchOptions, toRequest } from './options.ts';
import { withSession } from './session.ts';
import { UsageError } from './usage.ts';

interface BatchOptions extends SearchOptions {
  readonly queries: string;
  readonly out?: string;
}

interface BatchQuery {
  readonly id?: string | number;
  readonly query: string;
}

/** The answer to a question that is empty or only filters: in a batch it must not stop the others. */
const NOTHING: SearchResponse = {
  hits: [],
  ms: 0,
  timings: {},
  mode: 'keyword',
  coverage: 1,
  notes: [],
  metrics: { retrievalMs: 0, rerankMs: 0, reranker: '', device: '', candidates: 0, msEach: 0, fallback: '' },
};

/** Answers one JSON object a line; returns how many had an answer. */
export async function batch(folder: string, options: BatchOptions): Promise<number> {
  const languages = languageIds(options.lang);
  const queries = await readQueries(options.queries);
  const out = options.out === undefined ? process.stdout : await openFile(options.out);
  return withSession(sessionOf(folder, options, true), async (session) => {
    await session.ready();
    let answered = 0;
    async function* lines(): AsyncGenerator<string> {
      for (const { id, query } of queries) {
        const response = await session.client.request(Search, toRequest(session.folder, query, options, languages)).catch(nothingToSearch);
        if (response.hits.length > 0) answered++;
        yield `${JSON.stringify(toJsonAnswer(query, response, id))}\n`;
      }
    }
    await pipeline(lines, out, { end: out !== process.stdout });
    return answered;
  });
}

function nothingToSearch(error: unknown): SearchResponse {
  if (error instanceof ResponseError && error.code === ErrorCode.BadQuery) return NOTHING;
  throw error;
}

/** Opened before anything is indexed: who mistyped a path hears of it at once. */
async function openFile(path: string): Promise<NodeJS.WritableStream> {
  const out = createWriteStream(path);
  try {
    await once(out, 'open');
  } catch {
    throw new UsageError(`${path} cannot be written.`);
  }
  return out;
}

async function readQueries(path: string): Promise<readonly BatchQuery[]> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  const queries: BatchQuery[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() !== '') queries.push(parseLine(line, path, number));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The queries file ${path} cannot be read.`);
  }
  return queries;
}

function parseLine(line: string, path: string, number: number): BatchQuery {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'query' in value && typeof value.query === 'string') {
      const id = 'id' in value && (typeof value.id === 'string' || typeof value.id === 'number') ? { id: value.id } : {};
      return { ...id, query: value.query };
    }
  } catch {
    // Falls through to the one sentence below.
  }
  throw new UsageError(`Line ${number} of ${path} is not a JSON object with a "query" text.`);
}

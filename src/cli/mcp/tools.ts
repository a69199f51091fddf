import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { AGENT_DEFAULTS, agentText } from '../../client/agentText.ts';
import type { SearchRequest, SearchResponse } from '../../protocol/search.ts';
import { languageIds } from '../languages.ts';
import { codeAt } from '../similar.ts';
import { statusText } from '../statusText.ts';

/** What the tools need of a session. */
export interface AgentSearch {
  /** Absolute. */
  readonly folder: string;
  search(request: SearchRequest): Promise<SearchResponse>;
  status(): Promise<Parameters<typeof statusText>[0]>;
}

const MOST_RESULTS = 50;
const MOST_LINES = 200;

const limit = z.number().int().min(1).max(MOST_RESULTS).default(AGENT_DEFAULTS.limit).describe('How many results.');
const lines = z
  .number()
  .int()
  .min(0)
  .max(MOST_LINES)
  .default(AGENT_DEFAULTS.lines)
  .describe('Lines of code to show of each result; 0 shows the places only.');

const question = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .describe(
      'What the code does, in plain words ("where are failed uploads retried"), or a symbol, or an error text. ' +
        'Filters may stand among the words: lang:ts path:src/** -path:test file:retry.ts kind:function sym:Uploader "exact phrase".',
    ),
  limit,
  lines,
  languages: z.array(z.string()).default([]).describe('Only these languages, such as python or ts.'),
  include: z.array(z.string()).default([]).describe('Only paths that match one of these globs.'),
  exclude: z.array(z.string()).default([]).describe('No paths that match one of these globs.'),
  mode: z.enum(['hybrid', 'semantic', 'keyword']).default('hybrid').describe('By words and meaning, by meaning alone, or by words alone.'),
  rows: z.enum(['symbol', 'file']).default('symbol').describe('The best places, or many different files first.'),
});

const place = z.object({
  place: z.string().describe('Code of this folder, as results name it: src/upload.ts:10-42'),
  limit,
  lines,
});

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;

/** A server with Quarry's tools. What goes wrong in a tool is one sentence that the model can act upon. */
export function agentServer(quarry: AgentSearch, version: string): McpServer {
  const server = new McpServer(
    { name: 'quarry', title: 'Quarry: Semantic Code Search', version },
    {
      instructions:
        `Searches the code in ${quarry.folder} by meaning and by words. Ask search_code before grepping for something whose name you do not ` +
        'know, or when you want the place where something is done; then read the file at the lines it names.',
    },
  );
  server.registerTool(
    'search_code',
    {
      title: 'Search code',
      description:
        'Finds the functions, classes and sections that answer a question about this code, best first, each with path, lines, symbol and code.',
      inputSchema: question,
      annotations: { title: 'Search code', ...READ_ONLY },
    },
    ({ query, limit, lines, languages, include, exclude, mode, rows }) =>
      answered(async () => {
        const filters = { languages: languageIds(languages), include, exclude };
        return agentText(await quarry.search({ folders: [quarry.folder], query, mode, limit, rows, filters }), lines);
      }),
  );
  server.registerTool(
    'find_similar_code',
    {
      title: 'Find similar code',
      description: 'Finds code that does what the code at a place does: other implementations, copies, things of the same kind.',
      inputSchema: place,
      annotations: { title: 'Find similar code', ...READ_ONLY },
    },
    ({ place, limit, lines }) =>
      answered(async () => {
        const similarTo = codeAt(quarry.folder, place);
        const request = { folders: [quarry.folder], query: place, mode: 'hybrid', limit, rows: 'symbol', filters: {}, similarTo } as const;
        return agentText(await quarry.search(request), lines);
      }),
  );
  server.registerTool(
    'index_status',
    {
      title: 'Index status',
      description: 'Says how much of the folder is searchable and what is being done.',
      annotations: { title: 'Index status', ...READ_ONLY },
    },
    () => answered(async () => statusText(await quarry.status())),
  );
  return server;
}

type Answer = { readonly content: { readonly type: 'text'; readonly text: string }[]; readonly isError?: boolean };

async function answered(text: () => Promise<string>): Promise<Answer> {
  try {
    return { content: [{ type: 'text', text: await text() }] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { content: [{ type: 'text', text: message.split('\n', 1)[0] ?? message }], isError: true };
  }
}

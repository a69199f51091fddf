import * as vscode from 'vscode';
import { AGENT_DEFAULTS, agentText } from '../client/agentText.ts';
import type { SearchHit, SearchRequest, SearchResponse } from '../protocol/search.ts';

/** As `languageModelTools` in package.json names and describes it. */
export const TOOL = 'quarry_search';

interface ToolInput {
  readonly query: string;
  readonly limit?: number;
  readonly lines?: number;
}

interface Parts {
  readonly search: (request: SearchRequest, token: vscode.CancellationToken) => Promise<SearchResponse>;
  /** Empty where the workspace has one folder only. */
  readonly folderName: (hit: SearchHit) => string;
}

/** Lets the editor's agents ask what a person asks in the search box. It only reads, so nobody is asked before. */
export function registerAgentTool({ search, folderName }: Parts): vscode.Disposable {
  return vscode.lm.registerTool<ToolInput>(TOOL, {
    prepareInvocation: ({ input: { query } }) => ({ invocationMessage: vscode.l10n.t('Searching the code for "{0}"', query) }),
    async invoke({ input: { query, limit = AGENT_DEFAULTS.limit, lines = AGENT_DEFAULTS.lines } }, token) {
      const response = await search({ query, mode: 'hybrid', limit, rows: 'symbol', filters: {} }, token);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(agentText(response, lines, folderName))]);
    },
  });
}

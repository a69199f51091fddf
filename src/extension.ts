import path from 'node:path';
import * as vscode from 'vscode';
import type { CancellationToken } from 'vscode-jsonrpc';
import { registerAgentTool } from './host/agentTool.ts';
import type { QuarryApi } from './host/api.ts';
import { commandHandlers } from './host/commands/handlers.ts';
import { registerCommands } from './host/commands/register.ts';
import { createEngine } from './host/engine.ts';
import { Folders } from './host/folders/folders.ts';
import { HealthView } from './host/health/healthView.ts';
import { locator } from './host/locateHit.ts';
import { openHit } from './host/openHit.ts';
import { ResultsPanel, VIEW_ID } from './host/panel/resultsPanel.ts';
import { SearchPick } from './host/quickPick/searchPick.ts';
import { RecentQuestions } from './host/recentQuestions.ts';
import { offerReranking } from './host/rerank/offer.ts';
import { createReranking } from './host/rerank/reranking.ts';
import { withDefaults } from './host/searchDefaults.ts';
import { sentenceOf } from './host/sentence.ts';
import { createServers } from './host/servers/servers.ts';
import { followShownFiles } from './host/shownFiles.ts';
import { createStatusBar } from './host/status/statusBar.ts';
import type { StatusInput } from './host/status/statusText.ts';
import { followTyping } from './host/typing.ts';
import { followUnsavedEditors } from './host/unsavedEditors.ts';
import { registerWelcomeView } from './host/welcomeView.ts';
import { LocateHit } from './protocol/editors.ts';
import { Search, WaitForIndex } from './protocol/engine.ts';
import type { SearchHit, SearchRequest } from './protocol/search.ts';

let stop: (() => Promise<void>) | undefined;

/** The composition root: makes the parts, joins them, and starts the engine once the editor has settled. */
export function activate(context: vscode.ExtensionContext): QuarryApi {
  const began = { at: performance.now(), work: process.cpuUsage() };
  const keep = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = keep(vscode.window.createOutputChannel('Quarry', { log: true }));
  const servers = keep(
    createServers({
      secrets: context.secrets,
      memory: context.globalState,
      log,
      // An engine that has not been started yet is told when it is.
      onChanged: () => engine.pid() !== undefined && void engine.restart().catch((error: unknown) => log.warn(sentenceOf(error))),
    }),
  );
  const engine = keep(
    createEngine({ folder: context.asAbsolutePath('dist'), cache: context.globalStorageUri.fsPath, log, servers: () => servers.options() }),
  );
  stop = () => engine.stop();
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const folders = keep(new Folders({ engine, storage, state: context.workspaceState, log }));
  const recents = new RecentQuestions(context.workspaceState);

  const changed = keep(new vscode.EventEmitter<void>());
  keep(folders.onDidChange(() => changed.fire()));
  keep(engine.onHealth(() => changed.fire()));
  const state = (): StatusInput => ({
    health: engine.health(),
    statuses: folders.statuses(),
    opening: folders.opening,
    problems: folders.problems(),
    paused: folders.paused,
    searchOnly: folders.searchOnly,
  });
  const search = (request: SearchRequest, token?: CancellationToken) => engine.request(Search, withDefaults(request), token);
  const folderName = (folder: string) => folders.list().find(({ path: opened }) => opened === folder)?.name ?? path.basename(folder);
  const locate = locator((params) => engine.request(LocateHit, params));
  const open = (hit: SearchHit, options = {}) => openHit(folders.uriOf(hit), hit, locate, options);

  const reranking = keep(createReranking(engine, context.globalState));
  keep(
    folders.onDidChange(() => {
      void offerReranking(folders.statuses(), context.globalState);
    }),
  );

  const panel = keep(
    new ResultsPanel({
      extensionUri: context.extensionUri,
      search,
      open,
      status: () => folders.statuses(),
      health: () => engine.health(),
      problems: () => folders.problems(),
      folderName,
      uriOf: (hit) => folders.uriOf(hit),
      reranking,
      onStatus: changed.event,
      state: context.workspaceState,
      runCommand: (id, ...args) => vscode.commands.executeCommand(id, ...args),
    }),
  );
  const pick = keep(
    new SearchPick({
      search,
      state,
      onDidChangeState: changed.event,
      uriOf: (hit) => folders.uriOf(hit),
      folderName: (hit) => (folders.list().length > 1 ? folderName(hit.folder) : undefined),
      locate,
      open,
      showInPanel: ({ question = '', ...options }) => void panel.show(question, options),
      recents,
      reranking,
    }),
  );
  keep(vscode.window.registerWebviewViewProvider(VIEW_ID, panel));
  keep(registerAgentTool({ search, folderName: (hit) => (folders.list().length > 1 ? folderName(hit.folder) : '') }));
  keep(registerWelcomeView());
  keep(createStatusBar({ input: state, nameOf: folderName, onDidChange: changed.event }));
  keep(followUnsavedEditors(engine, folders));
  keep(followShownFiles(engine, folders));
  keep(followTyping(engine));
  const health = keep(new HealthView(engine, folders));
  const places = { workspace: storage, global: context.globalStorageUri.fsPath };
  keep(
    registerCommands(
      commandHandlers({
        servers,
        recentQuestions: () => recents.list(),
        engine,
        folders,
        pick,
        panel,
        log,
        state,
        health,
        storage: places,
        agent: { cli: context.asAbsolutePath('dist/cli.mjs'), models: path.join(context.globalStorageUri.fsPath, 'models') },
      }),
      log,
    ),
  );

  // Opening the first folder forks the engine: a few milliseconds of the extension host that no activation should wait for.
  const opened = new Promise<void>((resolve) => setImmediate(() => void servers.ready.then(() => folders.sync()).then(resolve)));

  return {
    ready: () => opened,
    async indexed() {
      await opened;
      await Promise.all(folders.list().map((folder) => engine.request(WaitForIndex, { folder: folder.path })));
    },
    enginePid: () => engine.pid(),
    status: () => folders.statuses(),
    search: (query, options = {}) => search({ query, mode: 'hybrid', limit: 20, rows: 'symbol', filters: {}, ...options }),
    get lastQuickPickItems() {
      return pick.current?.rows() ?? [];
    },
    get quickPick() {
      return pick.current;
    },
    activationMs: Math.min(performance.now() - began.at, workSince(began.work)),
  };
}

/** Milliseconds that the processor has worked for this process since then. */
function workSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Ends the engine in order: it finishes the commit that it is at. */
export async function deactivate(): Promise<void> {
  await stop?.();
}

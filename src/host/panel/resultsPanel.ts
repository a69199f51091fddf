import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { IndexStatus } from '../../protocol/engine.ts';
import type { FromPanel, PanelAction, PanelFilters, PanelFolder, PanelHealth, PanelWorkspace, ToPanel } from '../../protocol/panel.ts';
import { NO_FILTERS } from '../../protocol/panel.ts';
import type { SearchHit, SearchRequest, SearchResponse } from '../../protocol/search.ts';
import { RecentQuestions } from '../recentQuestions.ts';
import type { HostReranking } from '../rerank/reranking.ts';
import { readRerankSettings } from '../rerank/settings.ts';
import { isBadQuestion, sentenceOf } from '../sentence.ts';
import { readSearchSettings } from '../settings.ts';
import { readFileText } from './fileText.ts';
import { Freshness } from './freshness.ts';
import { HitTable } from './hitTable.ts';
import { readFilters } from './messages.ts';
import { PanelView } from './panelView.ts';
import { filtersOf, type PanelStart, placeLabel, toRequest } from './request.ts';

export const VIEW_ID = 'quarry.results';

/** What the panel needs of the rest of the extension. */
export interface PanelContext {
  readonly extensionUri: vscode.Uri;
  search(request: SearchRequest, token: vscode.CancellationToken): Promise<SearchResponse>;
  open(hit: SearchHit, options: { readonly toSide: boolean; readonly keepFocus: boolean }): Promise<unknown>;
  status(): readonly IndexStatus[];
  /** Fires when anything that `status`, `health`, `problems` or `folderName` tells has changed. */
  readonly onStatus: vscode.Event<unknown>;
  readonly state: vscode.Memento;
  runCommand(id: string, ...args: readonly unknown[]): Thenable<unknown>;
  health?(): PanelHealth;
  problems?(): readonly string[];
  folderName?(folder: string): string;
  readonly reranking?: HostReranking;
  /** Where a hit is, in the workspace's own terms. */
  uriOf?(hit: SearchHit): vscode.Uri;
}

const COMMANDS: Readonly<Record<PanelAction, string>> = {
  openFolder: 'workbench.action.files.openFolder',
  resume: 'quarry.resume',
  rebuild: 'quarry.rebuild',
  restart: 'quarry.restart',
  showLog: 'quarry.showLog',
  skippedFiles: 'quarry.showSkippedFiles',
  focusEditor: 'workbench.action.focusActiveEditorGroup',
};

const DRAFT = 'quarry.panelDraft';

/** The results panel: answers the webview's messages, and keeps what must outlive it. */
export class ResultsPanel implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly context: PanelContext;
  private readonly recents: RecentQuestions;
  /** Numbers of hits are good for this run of the extension host. */
  private readonly session = randomUUID();
  private readonly hits = new HitTable();
  private readonly parts: vscode.Disposable[] = [];
  private readonly view: PanelView;
  private question = '';
  private filters: PanelFilters;
  private similarTo: SearchRequest['similarTo'];
  private running: vscode.CancellationTokenSource | undefined;
  /** What was asked of the rows that stand in their reranked order. */
  private reranked: string | undefined;
  private readonly freshness: Freshness;
  /** As they were when the last question was asked. */
  private rerankSettings = JSON.stringify(readRerankSettings());

  constructor(context: PanelContext) {
    this.context = context;
    this.view = new PanelView(context.extensionUri, (message) => {
      this.answer(message).catch((error: unknown) => void vscode.window.showWarningMessage(sentenceOf(error)));
    });
    this.freshness = new Freshness({
      hits: () => (this.view.ready ? this.hits.entries() : []),
      readText: (hit) => readFileText(this.uriOf(hit)),
      statuses: () => context.status(),
      post: (message) => this.post(message),
    });
    this.recents = new RecentQuestions(context.state);
    const draft = context.state.get<{ question?: unknown; filters?: unknown }>(DRAFT);
    this.question = typeof draft?.question === 'string' ? draft.question : '';
    this.filters = readFilters(draft?.filters) ?? { ...NO_FILTERS, mode: readSearchSettings().mode };
    this.parts.push(
      context.onStatus(() => this.statusChanged()),
      ...(context.reranking === undefined ? [] : [context.reranking.onDidChange(() => this.rerankingChanged())]),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.statusChanged()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.freshness.fileChanged(document.uri.path)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.freshness.fileChanged(uri.path)),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view.attach(view);
  }

  /** Shows the panel; with a question, or with code to find similar code to, it searches at once. */
  async show(question = '', start: PanelStart = {}): Promise<void> {
    if (question.trim() !== '' || start.similarTo !== undefined) this.ask(question, filtersOf(start, this.filters.mode), start.similarTo);
    await this.focus();
  }

  /** Brings the panel to the front with the cursor in the question. */
  async focus(): Promise<void> {
    this.post({ type: 'focus', target: 'question' });
    await this.context.runCommand(`${VIEW_ID}.focus`);
  }

  /** Opens the result after the current one. */
  next(): Promise<void> {
    return this.step(1);
  }

  /** Opens the result before the current one. */
  previous(): Promise<void> {
    return this.step(-1);
  }

  dispose(): void {
    this.running?.cancel();
    for (const part of [...this.parts, this.freshness, this.view]) part.dispose();
  }

  private async step(by: 1 | -1): Promise<void> {
    this.post({ type: 'step', by });
    if (!this.view.reveal()) await this.context.runCommand(`${VIEW_ID}.focus`);
  }

  private async answer(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.begin();
      case 'search':
        return this.search(message);
      case 'cancel':
        this.running?.cancel();
        this.similarTo = undefined;
        this.setHasResults(false);
        return;
      case 'draft':
        this.question = message.question;
        this.filters = message.filters;
        return;
      case 'rerank':
        return this.context.reranking?.set(message.enabled, message.candidates);
      case 'boxFocused':
        return this.context.reranking?.boxFocused();
      case 'forget':
        for (const question of message.question === null ? this.recents.list() : [message.question]) await this.recents.remove(question);
        return this.post({ type: 'history', history: this.recents.list() });
      case 'run':
        await this.context.runCommand(COMMANDS[message.action]);
        return;
      default:
        return this.act(message);
    }
  }

  /** Does something with one hit, named by its number. */
  private async act(message: Extract<FromPanel, { readonly hit: number }>): Promise<void> {
    const hit = this.hits.get(message.hit);
    if (hit === undefined) throw new Error('This result is no longer known. Search again.');
    switch (message.type) {
      case 'open':
        await this.remember();
        await this.context.open(hit, { toSide: message.toSide, keepFocus: message.keepFocus });
        return;
      case 'copyPath':
        return vscode.env.clipboard.writeText(`${hit.path}:${hit.startLine}`);
      case 'findSimilar': {
        const { folder, path: file, startLine, endLine, text } = hit;
        return this.ask('', this.filters, { folder, path: file, startLine, endLine, text });
      }
    }
  }

  private begin(): void {
    const { session, question, filters } = this;
    const history = this.recents.list();
    this.view.begin({ type: 'state', session, question, filters, similar: this.similar(), history, ...this.workspace() });
  }

  private ask(question: string, filters: PanelFilters, similarTo: SearchRequest['similarTo']): void {
    this.question = question;
    this.filters = filters;
    this.similarTo = similarTo;
    this.post({ type: 'ask', question, filters, similar: this.similar() });
  }

  private async search(message: Extract<FromPanel, { readonly type: 'search' }>): Promise<void> {
    const { search, question, filters, limit } = message;
    if (!message.similar) this.similarTo = undefined;
    this.question = question;
    this.filters = filters;
    this.running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.running = running;
    const indexed = this.freshness.indexed();
    try {
      const request = toRequest(
        { question, filters, limit },
        this.similarTo,
        this.folders().map(({ folder }) => folder),
      );
      const asked = JSON.stringify([question.trim(), filters, this.similar()]);
      const reranking = this.context.reranking?.wants(request) === true ? this.context.reranking : undefined;
      // Asked again, rows that stand in their reranked order keep it until there is a newer one.
      const first = reranking !== undefined && this.reranked === asked ? undefined : await this.context.search(request, running.token);
      if (running.token.isCancellationRequested) return;
      if (first !== undefined) this.showAnswer(search, asked, first, reranking !== undefined);
      this.freshness.answerShown(indexed);
      void this.context.state.update(DRAFT, { question, filters });
      if (message.remember) await this.remember();
      this.reranked = reranking && asked;
      if (reranking === undefined) return;
      const better = await reranking.refine(request, first, running.token);
      if (running.token.isCancellationRequested) return;
      this.showAnswer(search, asked, better ?? (await this.context.search(request, running.token)), false);
    } catch (error) {
      const failed = { type: 'failed', search, message: sentenceOf(error), badQuestion: isBadQuestion(error) } as const;
      if (!running.token.isCancellationRequested) this.post(failed);
    } finally {
      running.dispose();
      if (this.running === running) this.running = undefined;
    }
  }

  private showAnswer(search: number, asked: string, response: SearchResponse, refining: boolean): void {
    const { ms, mode, coverage, notes, metrics } = response;
    const ids = this.hits.add(asked, response.hits);
    const hits = response.hits.map((hit, index) => ({
      ...hit,
      id: ids[index] ?? 0,
      folderName: this.folderName(hit.folder),
      stale: null,
    }));
    this.setHasResults(hits.length > 0);
    this.post({ type: 'results', search, hits, ms, mode, coverage, notes, metrics, refining });
  }

  /** The question belongs into the history: the person asked it on purpose, or went to one of its answers. */
  private async remember(): Promise<void> {
    if (this.similarTo !== undefined || this.recents.list()[0] === this.question.trim()) return;
    await this.recents.add(this.question);
    this.post({ type: 'history', history: this.recents.list() });
  }

  private rerankingChanged(): void {
    const settings = JSON.stringify(readRerankSettings());
    if (settings !== this.rerankSettings) this.post({ type: 'refresh' });
    this.rerankSettings = settings;
    this.post({ type: 'status', ...this.workspace() });
  }

  private statusChanged(): void {
    if (!this.view.ready) return;
    this.post({ type: 'status', ...this.workspace() });
    this.freshness.statusChanged();
  }

  private workspace(): PanelWorkspace {
    return {
      folders: this.folders(),
      statuses: this.context.status(),
      health: this.context.health?.() ?? { state: 'running', message: '' },
      problems: this.context.problems?.() ?? [],
      ...(this.context.reranking === undefined ? {} : { rerank: this.context.reranking.state() }),
    };
  }

  private folders(): readonly PanelFolder[] {
    const known = this.context.status().map(({ folder }) => ({ folder, name: this.folderName(folder) }));
    if (known.length > 0) return known;
    return (vscode.workspace.workspaceFolders ?? []).map(({ uri, name }) => ({ folder: uri.fsPath, name }));
  }

  private folderName(folder: string): string {
    return (
      this.context.folderName?.(folder) ??
      vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === folder)?.name ??
      path.basename(folder)
    );
  }

  private uriOf(hit: SearchHit): vscode.Uri {
    return this.context.uriOf?.(hit) ?? vscode.Uri.joinPath(vscode.Uri.file(hit.folder), ...hit.path.split('/'));
  }

  private similar(): { readonly label: string } | null {
    return this.similarTo === undefined ? null : { label: placeLabel(this.similarTo) };
  }

  private setHasResults(has: boolean): void {
    void this.context.runCommand('setContext', 'quarry.hasResults', has);
  }

  private post(message: ToPanel): void {
    this.view.post(message);
  }
}

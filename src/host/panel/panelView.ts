import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { FromPanel, ToPanel } from '../../protocol/panel.ts';
import { panelHtml } from './html.ts';
import { readMessage } from './messages.ts';

/** The webview behind the panel: its page, and messages to and fro. The editor takes it down when it is hidden and brings it back. */
export class PanelView implements vscode.Disposable {
  private readonly built: vscode.Uri;
  private readonly receive: (message: FromPanel) => void;
  private view: vscode.WebviewView | undefined;
  private parts: vscode.Disposable[] = [];
  /** True while the page listens: between its `ready` and its hiding. */
  private listening = false;
  /** What must not get lost while no page listens. */
  private waiting: ToPanel[] = [];

  /** `receive` gets each message that is well formed; others are dropped. */
  constructor(extensionUri: vscode.Uri, receive: (message: FromPanel) => void) {
    this.built = vscode.Uri.joinPath(extensionUri, 'dist');
    this.receive = receive;
  }

  get ready(): boolean {
    return this.listening;
  }

  /** Fills the view with its page. */
  attach(view: vscode.WebviewView): void {
    this.dispose();
    const { webview } = view;
    const local = (...names: readonly string[]): string => webview.asWebviewUri(vscode.Uri.joinPath(this.built, ...names)).toString();
    this.view = view;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.built, 'webview'), vscode.Uri.joinPath(this.built, 'media', 'codicons')],
    };
    this.parts = [
      webview.onDidReceiveMessage((message: unknown) => {
        const read = readMessage(message);
        if (read !== null) this.receive(read);
      }),
      view.onDidChangeVisibility(() => {
        if (!view.visible) this.listening = false;
      }),
      view.onDidDispose(() => this.dispose()),
    ];
    webview.html = panelHtml({
      nonce: randomUUID(),
      cspSource: webview.cspSource,
      script: local('webview', 'main.js'),
      style: local('webview', 'main.css'),
      codicons: local('media', 'codicons', 'codicon.css'),
      language: vscode.env.language,
    });
  }

  /** The page listens from now on: it gets the state first, then what waited for it. */
  begin(state: ToPanel): void {
    this.listening = true;
    for (const message of [state, ...this.waiting.splice(0)]) this.post(message);
  }

  /** Sends at once to a page that listens; what the person asked for waits for one. */
  post(message: ToPanel): void {
    if (this.listening && this.view !== undefined) void this.view.webview.postMessage(message);
    else if (message.type === 'ask' || message.type === 'focus' || message.type === 'step') this.waiting.push(message);
  }

  /** Shows the view without taking the focus; false when the editor has not made it yet. */
  reveal(): boolean {
    if (this.view === undefined) return false;
    if (!this.view.visible) this.view.show(true);
    return true;
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
    this.parts = [];
    this.view = undefined;
    this.listening = false;
  }
}

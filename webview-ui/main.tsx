import { render } from 'preact';
import type { FromPanel, ToPanel } from '../src/protocol/panel.ts';
import { createController } from './model/controller.ts';
import { readSnapshot, takeSnapshot } from './model/snapshot.ts';
import './style/main.css';
import { App } from './view/App.tsx';

/** Rest before the state is kept: it holds all rows, and scrolling must stay smooth. */
const KEEP_PAUSE_MS = 300;

const vscode = acquireVsCodeApi<unknown>();
const first = readSnapshot(vscode.getState());
const controller = createController(
  {
    post: (message: FromPanel) => vscode.postMessage(message),
    later: (milliseconds, task) => {
      const timer = setTimeout(task, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  first,
);

let timer: ReturnType<typeof setTimeout> | undefined;
function keep(): void {
  clearTimeout(timer);
  vscode.setState(takeSnapshot(controller.state()));
}
function keepSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_PAUSE_MS);
}
controller.subscribe(keepSoon);
document.addEventListener('scroll', keepSoon, { capture: true, passive: true });
// Hiding the view ends the page without a warning of its own.
document.addEventListener('visibilitychange', keep);
window.addEventListener('pagehide', keep);

// Messages reach this window from the webview's own frame only; each is one of the host's, typed by the shared contract.
window.addEventListener('message', (event: MessageEvent<ToPanel>) => controller.receive(event.data));

const root = document.getElementById('panel');
if (root !== null) render(<App controller={controller} />, root);
vscode.postMessage({ type: 'ready', session: first.shown === null ? null : first.session } satisfies FromPanel);

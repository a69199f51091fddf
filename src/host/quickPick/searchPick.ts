import * as vscode from 'vscode';
import { setContext } from '../contextKeys.ts';
import { sentenceOf } from '../sentence.ts';
import { readSearchSettings } from '../settings.ts';
import type { PickServices, PickStart } from './services.ts';
import { openPickSession, type PickSession } from './session.ts';

/** The quick pick of `Search Code` and `Find Similar Code`; one is open at a time. */
export class SearchPick implements vscode.Disposable {
  private readonly services: PickServices;
  private session: PickSession | undefined;
  /** What was asked last. Escape is also pressed to look at something else for a moment. */
  private lastQuestion = '';

  constructor(services: PickServices) {
    this.services = services;
  }

  /** The open session, for the commands of the keyboard and for tests. */
  get current(): PickSession | undefined {
    return this.session;
  }

  /** Opens the pick; answers come as they are found. The one before it first brings the editor back, which takes the keyboard. */
  show(start: PickStart = {}): void {
    const before = this.session;
    before?.close();
    if (before === undefined) this.open(start);
    else void before.ended.then(() => this.show(start));
  }

  private open(start: PickStart): void {
    const session = openPickSession(this.services, readSearchSettings(), this.withLastQuestion(start), (end) => {
      if (start.similarTo === undefined || session.question() !== '') this.lastQuestion = session.question();
      if (this.session === session) {
        this.session = undefined;
        setContext('quarry.quickPickOpen', false);
      }
      if (end !== undefined) this.show(end);
    });
    this.session = session;
    setContext('quarry.quickPickOpen', true);
  }

  /** The editor selects what stands in the box when it opens, so that typing replaces the question that is offered. */
  private withLastQuestion(start: PickStart): PickStart {
    const isGiven = start.question !== undefined || start.similarTo !== undefined;
    return isGiven || this.lastQuestion === '' ? start : { ...start, question: this.lastQuestion, isOffered: true };
  }

  /** Opens the active row to the side and closes the pick, or opens it and keeps the pick. */
  async openActive(how: 'side' | 'background'): Promise<void> {
    const session = this.session;
    if (session === undefined) return;
    try {
      await (how === 'side' ? session.accept({ toSide: true }) : session.openInBackground());
    } catch (error) {
      void vscode.window.showWarningMessage(sentenceOf(error));
    }
  }

  dispose(): void {
    this.session?.close();
  }
}

import type * as vscode from 'vscode';

const KEY = 'quarry.recentQuestions';
const MOST = 20;

/** The last questions of this workspace, newest first. */
export class RecentQuestions {
  private readonly state: vscode.Memento;

  constructor(state: vscode.Memento) {
    this.state = state;
  }

  list(): readonly string[] {
    return this.state.get<readonly string[]>(KEY, []);
  }

  async add(question: string): Promise<void> {
    const text = question.trim();
    if (text === '') return;
    await this.state.update(KEY, [text, ...this.list().filter((known) => known !== text)].slice(0, MOST));
  }

  async remove(question: string): Promise<void> {
    await this.state.update(
      KEY,
      this.list().filter((known) => known !== question),
    );
  }
}

import { ResponseError } from 'vscode-jsonrpc';
import { ErrorCode } from '../protocol/engine.ts';

/** True when nothing is wrong but the question itself. */
export function isBadQuestion(error: unknown): boolean {
  return error instanceof ResponseError && error.code === ErrorCode.BadQuery;
}

/** What a person reads about an error: its first line, without a class name or a stack. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  return line === '' ? 'Something went wrong; the log has more.' : withoutLinks(line);
}

/**
 * The same text, in which a message of the editor finds no link: it makes one of `[name](command:...)`, which runs the command when it is
 * clicked, and names of files and answers of servers can read like that.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Counts as people read them: `12,431`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1 file`, `340 files`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** A duration as people say it: `40 s`, `3 min`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

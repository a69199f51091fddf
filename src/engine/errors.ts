import { ResponseError } from 'vscode-jsonrpc';
import type { ErrorCode } from '../protocol/engine.ts';

/** An error that crosses to the faces: a code they know by name and one sentence for a person. */
export function engineError(code: (typeof ErrorCode)[keyof typeof ErrorCode], sentence: string): ResponseError<void> {
  return new ResponseError(code, sentence);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { ResponseError } from 'vscode-jsonrpc';
import { ErrorCode } from '../protocol/engine.ts';

/** An error that crosses to the faces: a code they know by name and one sentence for a person. */
export function engineError(code: (typeof ErrorCode)[keyof typeof ErrorCode], sentence: string): ResponseError<void> {
  return new ResponseError(code, sentence);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `detail` says by how much. */
export function newerIndex(indexDir: string, detail: string): Error {
  return engineError(
    ErrorCode.IndexNewer,
    `The index in ${indexDir} was written by a newer Quarry (${detail}): update Quarry, or rebuild the index.`,
  );
}

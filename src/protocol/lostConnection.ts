import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';

const LOST_CONNECTION: ReadonlySet<number> = new Set([
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
]);

/** True for what a connection reports when the process at its other end is gone, as opposed to an answer that is an error. */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof ResponseError) return LOST_CONNECTION.has(error.code);
  if (!(error instanceof Error)) return false;
  // The class of this error is not exported; neither are the errors of a closed channel of Node.
  return /connection is (closed|disposed)/i.test(error.message) || ('code' in error && error.code === 'ERR_IPC_CHANNEL_CLOSED');
}

import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';

/** The engine process ended, was stopped, or could not be kept alive while a call waited for it. The message is one sentence. */
export class EngineGoneError extends Error {
  override readonly name = 'EngineGoneError';
  /** True when the process was replaced in order, so that the next one answers. */
  readonly replaced: boolean;

  constructor(message: string, replaced = false) {
    super(message);
    this.replaced = replaced;
  }
}

/** The caller cancelled the call. The engine may still be busy with it for a moment. */
export class RequestCancelledError extends Error {
  override readonly name = 'RequestCancelledError';

  constructor() {
    super('The request was cancelled.');
  }
}

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

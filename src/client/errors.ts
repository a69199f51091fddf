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

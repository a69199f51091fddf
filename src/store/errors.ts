/** Data of the index cannot be read. The index is a cache: drop it and build it again. The message is a sentence for people. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError';
}

/** The index could not be written: disk full, no permission, or another writer. What was committed before still stands. */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError';
}

/** LanceDB does not run here, or the index belongs to a newer version. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

const OUT_OF_ROOM = /no space left|os error 28\b|disk quota|os error 122\b/i;
const NO_PERMISSION = /permission denied|os error 13\b|read-only file system|os error 30\b|operation not permitted|access is denied/i;
const OUT_OF_HANDLES = /too many open files|os error 24\b/i;
const OTHER_WRITER = /commit conflict|conflicting|concurrent/i;

/** What LanceDB said, without its layers' names and the places in its sources, short enough for a sentence. */
export function nativeMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split(/\n|, \/[^ ]*\.rs:/, 1)[0] ?? '';
  return first
    .replace(/^.*\b(lance error|External error|Wrapped error|Cloned error|LanceError\(\w+\)|Generic \w+ error): /, '')
    .slice(0, 300);
}

function environmentProblem(message: string): string | null {
  if (OUT_OF_ROOM.test(message)) return 'the disk is full';
  if (NO_PERMISSION.test(message)) return 'permission was denied';
  if (OUT_OF_HANDLES.test(message)) return 'too many files are open';
  return null;
}

/** What an error of LanceDB means for a reader: damage, unless the machine is in the way. */
export function readError(error: unknown): Error {
  if (isOwnFault(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const problem = environmentProblem(message);
  if (problem !== null) return new StoreUnavailableError(`The index cannot be read: ${problem}.`, { cause: error });
  return new StoreDamagedError(`A part of the index cannot be read (${nativeMessage(error)}).`, { cause: error });
}

/** Whether a write of LanceDB failed because of another one that was faster. */
export function isConflict(error: unknown): boolean {
  return OTHER_WRITER.test(error instanceof Error ? error.message : String(error));
}

/** What an error of LanceDB means for a writer. */
export function writeError(error: unknown): Error {
  if (isOwnFault(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const problem = environmentProblem(message) ?? (OTHER_WRITER.test(message) ? 'another process writes it' : null);
  if (problem !== null) return new StoreWriteError(`The index cannot be written: ${problem}.`, { cause: error });
  return readError(error);
}

/** LanceDB throws plain `Error`s. Anything else is a mistake in a call or already explained: neither a second try nor a rebuild would help. */
export function isOwnFault(error: unknown): error is Error {
  return error instanceof Error && error.name !== 'Error';
}

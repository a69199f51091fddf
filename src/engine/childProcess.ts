import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';

/** A process of the engine's own with typed requests. */
export interface ChildConnection {
  readonly connection: MessageConnection;
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Settles when the process has ended, with how in words: "was killed by SIGKILL". Pending requests reject then. */
  readonly gone: Promise<string>;
  /** Ends it at once, whatever it does: unlike a thread, a process can be ended in the middle of native code. */
  kill(): void;
}

/** Starts the bundle `<name>.mjs` beside this one as a process, which ends with this one. */
export function startChild(name: string): ChildConnection {
  const child = fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), [], {
    execArgv: [],
    // Structured clone: what is no finite number arrives as it is.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A console window must not flash up on Windows; the typings of fork lack what spawn takes.
    ...{ windowsHide: true },
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const kill = () => void child.kill('SIGKILL');
  const gone = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `ended with exit code ${code}`));
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`could not be started (${error.message})`);
      else kill();
    });
    // Without its channel it is of no use.
    child.once('disconnect', kill);
  });
  // Only that settles the calls that wait.
  void gone.then(() => connection.dispose());
  connection.onError(() => undefined);
  connection.listen();
  // The engine ends although a child is there.
  child.unref();
  child.channel?.unref();
  return { connection, pid: child.pid, gone, kill };
}

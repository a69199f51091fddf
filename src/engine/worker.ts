import { Worker } from 'node:worker_threads';
import { createMessageConnection, type MessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';

/**
 * A worker thread with typed requests. `gone` settles when the thread has ended; pending requests reject then. A thread is never
 * terminated, because that can abort the process.
 */
export interface WorkerConnection {
  readonly connection: MessageConnection;
  readonly gone: Promise<string>;
}

/** Starts the bundle `<name>.mjs` beside this one as a worker thread. With more than `heapMB` of objects the thread ends, and not the process. */
export function startWorker(name: string, workerData: unknown, heapMB?: number): WorkerConnection {
  const resourceLimits = heapMB === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMB } };
  const worker = new Worker(new URL(`./${name}.mjs`, import.meta.url), { workerData, execArgv: [], ...resourceLimits });
  const connection = createMessageConnection(new PortMessageReader(worker), new PortMessageWriter(worker));
  const gone = new Promise<string>((resolve) => {
    worker.once('error', (error) => resolve(error.message));
    worker.once('exit', (code) => resolve(`ended with exit code ${code}`));
  });
  // A Worker emits `exit` and never `close`, so pending requests would hang without this.
  void gone.then(() => connection.dispose());
  connection.listen();
  worker.unref();
  return { connection, gone };
}

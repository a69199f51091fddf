import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, ErrorCodes, PortMessageReader, PortMessageWriter, ResponseError } from 'vscode-jsonrpc/node';
import type { Embedder } from '../core/embedder.ts';
import { BUNDLED_FILE, createBundledEmbedder } from '../models/bundled.ts';
import { createEmbedQueue } from './embedQueue.ts';
import { messageOf } from './errors.ts';
import { DescribeEmbedder, EmbedTexts, type EmbedWorkerData, ReleaseEmbedder } from './workerProtocol.ts';

/** Entry of the embed thread: a loop around the embedder; all work is in the modules it calls. */
if (parentPort === null) throw new Error('embedWorker runs as a worker thread only');
const { mediaDir, model } = workerData as EmbedWorkerData;
const port = parentPort;
const connection = createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
const opening = open();
const queue = opening.then(createEmbedQueue);
// Whoever asks for a vector is told; until then nobody has to hear of it.
queue.catch(() => undefined);
connection.onRequest(DescribeEmbedder, () => opening.then(({ info, reason }) => ({ info, reason })).catch(inWords));
connection.onRequest(EmbedTexts, ({ texts, side, urgent }, token) =>
  queue
    .then((lanes) => lanes.embed(texts, { side, urgent: urgent ?? side === 'query' }, () => token.isCancellationRequested))
    .catch(inWords),
);
connection.onRequest(ReleaseEmbedder, async () => {
  await opening.then(
    (embedder) => embedder.dispose(),
    // There is nothing to free in a thread whose model could not be loaded.
    () => undefined,
  );
  // A thread ends when nothing keeps it: its answer goes out first.
  setImmediate(() => port.close());
});
connection.listen();

/** Only an error of this class crosses as it is; another one would get the name of the request before its message. */
function inWords(error: unknown): never {
  throw new ResponseError(ErrorCodes.InternalError, messageOf(error));
}

async function open(): Promise<Embedder & { readonly reason: string; dispose(): Promise<void> }> {
  if (model === undefined) {
    const bundled = createBundledEmbedder(readFileSync(join(mediaDir, 'models', BUNDLED_FILE)));
    return { ...bundled, reason: '', dispose: () => Promise.resolve() };
  }
  // What runs models is loaded for a model only: it is 45 MB of native code.
  const { openEmbedder } = await import('../inference/embedder.ts');
  return openEmbedder(model);
}

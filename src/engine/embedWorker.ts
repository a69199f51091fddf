import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import type { Embedder } from '../core/embedder.ts';
import { createBundledEmbedder } from '../models/bundled.ts';
import { createEmbedQueue } from './embedQueue.ts';
import { DescribeEmbedder, EmbedTexts, type EmbedWorkerData } from './workerProtocol.ts';

/** Entry of the embed thread: a loop around the embedder; all work is in the modules it calls. */
if (parentPort === null) throw new Error('embedWorker runs as a worker thread only');
const { mediaDir, model } = workerData as EmbedWorkerData;
const connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
const opening = open();
const queue = opening.then(createEmbedQueue);
// Whoever asks for a vector is told; until then nobody has to hear of it.
queue.catch(() => undefined);
connection.onRequest(DescribeEmbedder, async () => {
  const { info, reason } = await opening;
  return { info, reason };
});
connection.onRequest(EmbedTexts, async ({ texts, side }, token) => (await queue).embed(texts, side, () => token.isCancellationRequested));
connection.listen();

async function open(): Promise<Embedder & { readonly reason: string }> {
  if (model === undefined) {
    return { ...createBundledEmbedder(readFileSync(join(mediaDir, 'models', 'bundled-384-int4.bin'))), reason: '' };
  }
  // What runs models is loaded for a model only: it is 45 MB of native code.
  const { openEmbedder } = await import('../inference/embedder.ts');
  return openEmbedder(model);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { createBundledEmbedder } from '../models/bundled.ts';
import { createEmbedQueue } from './embedQueue.ts';
import { DescribeEmbedder, EmbedTexts } from './workerProtocol.ts';

/** Entry of the embed thread: a loop around the embedder; all work is in the modules it calls. */
if (parentPort === null) throw new Error('embedWorker runs as a worker thread only');
const { mediaDir } = workerData as { readonly mediaDir: string };
const connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
const embedder = createBundledEmbedder(readFileSync(join(mediaDir, 'models', 'bundled-384-int4.bin')));
const queue = createEmbedQueue(embedder);
connection.onRequest(DescribeEmbedder, () => embedder.info);
connection.onRequest(EmbedTexts, ({ texts, side }, token) => queue.embed(texts, side, () => token.isCancellationRequested));
connection.listen();

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { BUNDLED_FILE, createBundledEmbedder } from '../models/bundled.ts';
import { serveEmbedder } from './embedServing.ts';

/** Entry of the thread of the bundled embedder. */
if (parentPort === null) throw new Error('embedWorker runs as a worker thread only');
const { mediaDir } = workerData as { readonly mediaDir: string };
serveEmbedder(createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort)), async () => ({
  ...createBundledEmbedder(readFileSync(join(mediaDir, 'models', BUNDLED_FILE))),
  reason: '',
}));

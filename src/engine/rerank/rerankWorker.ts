import { parentPort } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { openPairReader } from '../../inference/rerank/open.ts';
import type { PairReader } from '../../inference/rerank/pairReader.ts';
import { LoadReranker, ReadPairs, ReleaseReranker } from './messages.ts';
import { createReading } from './readPairs.ts';

/** Entry of the rerank thread: a loop around one model, which ends with it. */
if (parentPort === null) throw new Error('rerankWorker runs as a worker thread only');
const port = parentPort;
const connection = createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port));
let reader: PairReader | undefined;
let read: ReturnType<typeof createReading> | undefined;
connection.onRequest(LoadReranker, async (options) => {
  reader = await openPairReader(options);
  read = createReading(reader);
  const { device, dtype, reason } = reader;
  return { device, dtype, reason };
});
connection.onRequest(ReadPairs, async (job, token) => {
  if (read === undefined) throw new Error('no model is loaded');
  return (await read(job, () => token.isCancellationRequested)) ?? null;
});
connection.onRequest(ReleaseReranker, async () => {
  await reader?.dispose();
  // A thread ends when nothing keeps it: its answer goes out first.
  setImmediate(() => port.close());
});
connection.listen();

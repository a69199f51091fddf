import module from 'node:module';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { openPairReader } from '../../inference/rerank/open.ts';
import type { PairReader } from '../../inference/rerank/pairReader.ts';
import { describeRuntime } from '../../inference/runtime.ts';
import { endWithParent } from '../parentWatch.ts';
import { DescribeRuntime, LoadReranker, ReadPairs } from './messages.ts';
import { createReading } from './readPairs.ts';

/** Entry of the rerank process: a loop around one model. It is ended from outside, which gives all its memory back. */
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
let read: ReturnType<typeof createReading> | undefined;
connection.onRequest(LoadReranker, async (options) => {
  const reader: PairReader = await openPairReader(options);
  read = createReading(reader);
  // The process ends by a signal, so the compiled code is written while it runs. Node 20 has no such function and needs none.
  module.flushCompileCache?.();
  const { device, dtype, reason } = reader;
  return { device, dtype, reason };
});
connection.onRequest(ReadPairs, async (job, token) => {
  if (read === undefined) throw new Error('no model is loaded');
  return (await read(job, () => token.isCancellationRequested)) ?? null;
});
connection.onRequest(DescribeRuntime, describeRuntime);
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
endWithParent();
connection.listen();

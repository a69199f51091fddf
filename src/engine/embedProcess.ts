import module from 'node:module';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { openEmbedder } from '../inference/embedder.ts';
import { serveEmbedder } from './embedServing.ts';
import { endWithParent } from './parentWatch.ts';

/** Entry of the process of an installed embedder. It is ended from outside, which gives all its memory back. */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
endWithParent();
serveEmbedder(createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process)), async (source) => {
  if (source === null) throw new Error('the bundled embedder has a thread and no process');
  const embedder = await openEmbedder(source);
  // The process ends by a signal, so the compiled code is written while it runs. Node 20 has no such function and needs none.
  module.flushCompileCache?.();
  return embedder;
});

import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import type { Embedder } from '../core/embedder.ts';
import type { EmbedderSource } from '../inference/embedder.ts';
import { createEmbedQueue } from './embedQueue.ts';
import { messageOf } from './errors.ts';
import { EmbedTexts, OpenEmbedder } from './workerProtocol.ts';

/** Answers the engine's main thread with one embedder, which `open` makes when it is asked for. */
export function serveEmbedder(
  connection: MessageConnection,
  open: (source: EmbedderSource | null) => Promise<Embedder & { readonly reason: string }>,
): void {
  let queue: Promise<ReturnType<typeof createEmbedQueue>> | undefined;
  connection.onRequest(OpenEmbedder, async (source) => {
    const opening = open(source);
    queue = opening.then(createEmbedQueue);
    const { info, reason } = await opening.catch(inWords);
    return { info, reason };
  });
  connection.onRequest(EmbedTexts, async ({ texts, side, urgent }, token) => {
    const lanes = await queue;
    if (lanes === undefined) return inWords(new Error('no embedder is open'));
    return lanes.embed(texts, { side, urgent: urgent ?? side === 'query' }, () => token.isCancellationRequested).catch(inWords);
  });
  connection.listen();
}

/** Only an error of this class crosses as it is; another one would get the name of the request before its message. */
function inWords(error: unknown): never {
  throw new ResponseError(ErrorCodes.InternalError, messageOf(error));
}

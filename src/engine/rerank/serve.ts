import type { MessageConnection } from 'vscode-jsonrpc';
import type { ModelLibrary } from '../../models/library.ts';
import { LogLine } from '../../protocol/engine.ts';
import { PrepareReranker, RERANK_DEFAULTS } from '../../protocol/rerank.ts';
import { availableBytes } from '../availableBytes.ts';
import { startChild } from '../childProcess.ts';
import { chooseElsewhere, type Elsewhere } from './listwise.ts';
import { createLocalRerankers } from './localRerankers.ts';
import { createReranking, type RerankerSource, type Reranking } from './reranking.ts';

export interface ServedReranking extends Reranking {
  close(): void;
}

interface EngineParts {
  /** Undefined where there is no folder for models, or none may be loaded. */
  library(): ModelLibrary | undefined;
  readonly elsewhere: Elsewhere;
}

/** Reranking with the models of a folder. */
export function serveReranking(connection: MessageConnection, { library, elsewhere }: EngineParts): ServedReranking {
  const local = createLocalRerankers({
    start: () => startChild('rerankProcess'),
    log: (message) => void connection.sendNotification(LogLine, { level: 'info', message }),
    availableBytes,
  });

  const source: RerankerSource = async (options) => {
    const remote = await chooseElsewhere(options.model ?? '', elsewhere);
    if (remote !== undefined) return remote;
    const models = library();
    if (models === undefined) throw new Error('This engine runs without models.');
    // What runs models is loaded when one is wanted.
    const { chooseReranker } = await import('./chooseReranker.ts');
    const model = await chooseReranker(models, options);
    const idleMs = (options.idleMinutes ?? RERANK_DEFAULTS.idleMinutes) * 60_000;
    return { id: model.entry.id, key: model.key, ready: (signal) => local.ready(model, idleMs, signal) };
  };
  const reranking = createReranking(source);
  // What cannot be prepared says so when it is asked for.
  connection.onRequest(PrepareReranker, (options) => reranking.prepare(options).catch(() => undefined));
  return { ...reranking, close: () => local.close() };
}

import { freemem } from 'node:os';
import type { MessageConnection } from 'vscode-jsonrpc';
import type { ModelLibrary } from '../../models/library.ts';
import { PrepareReranker, RERANK_DEFAULTS } from '../../protocol/rerank.ts';
import { startWorker } from '../worker.ts';
import { type CrashMarks, openCrashMarks } from './crashMarks.ts';
import { createLocalRerankers, type LocalRerankers } from './localRerankers.ts';
import { createReranking, type RerankerSource, type Reranking } from './reranking.ts';

export interface ServedReranking extends Reranking {
  close(): Promise<void>;
}

interface EngineParts {
  /** Undefined where there is no folder for models, or none may be loaded. */
  library(): ModelLibrary | undefined;
  /** Asks for a new process in place of this one. */
  restart(reason: string): void;
}

/** Reranking with the models of a folder. */
export function serveReranking(connection: MessageConnection, { library, restart }: EngineParts): ServedReranking {
  let marks: CrashMarks | undefined;
  let local: LocalRerankers | undefined;

  const source: RerankerSource = async (options) => {
    const models = library();
    if (models === undefined) throw new Error('This engine runs without models.');
    // What runs models is loaded when one is wanted.
    const { chooseReranker } = await import('./chooseReranker.ts');
    const model = await chooseReranker(models, options);
    marks ??= openCrashMarks(models.folder);
    local ??= createLocalRerankers({
      start: () => startWorker('rerankWorker', undefined),
      // Node 20 before 20.13 knows only what the whole machine has.
      availableBytes: () => process.availableMemory?.() ?? freemem(),
      marks,
      onStuck: (reason) => restart(`${reason} The engine starts anew.`),
    });
    const rerankers = local;
    const idleMs = (options.idleMinutes ?? RERANK_DEFAULTS.idleMinutes) * 60_000;
    return { id: model.entry.id, key: model.key, ready: (signal) => rerankers.ready(model, idleMs, signal) };
  };
  const reranking = createReranking(source);
  // What cannot be prepared says so when it is asked for.
  connection.onRequest(PrepareReranker, (options) => reranking.prepare(options).catch(() => undefined));
  return {
    ...reranking,
    async close() {
      // First of all: what happens when the process ends on purpose is no death.
      await marks?.clear();
      await local?.close();
    },
  };
}

import { isLostConnection } from '../protocol/lostConnection.ts';
import { messageOf } from './errors.ts';
import type { WorkerConnection } from './worker.ts';
import { type ChunkDraft, ChunkFiles, ChunkText, type FileBatch, type FileDraft } from './workerProtocol.ts';

/** The chunk thread as the rest of the engine sees it; one that dies is replaced. */
export interface ChunkThread {
  /** Starts the thread, for which the first batch would wait, while the store is opened and the folder is looked at. */
  prepare(): void;
  /** Batches are worked on in the order in which they come, urgent ones between two files of the others. */
  chunkFiles(batch: FileBatch): Promise<readonly FileDraft[]>;
  chunkText(path: string, text: string): Promise<readonly ChunkDraft[]>;
}

/** `start` is called at the first use, and at the next use after the thread died. */
export function createChunkThread(start: () => WorkerConnection): ChunkThread {
  const worker = replaceable(start);
  /** Settles when no batch is tried file by file any more. */
  let tryingAgain: Promise<unknown> = Promise.resolve();

  /**
   * When the thread dies, several batches may be in it, and any file of them may be the cause. They are tried file by file in a new thread with
   * nothing else in it, so that one file that crashes the parser is found by name and the others are indexed.
   */
  async function chunkFiles(batch: FileBatch): Promise<readonly FileDraft[]> {
    for (let seen: unknown; seen !== tryingAgain; ) {
      seen = tryingAgain;
      await seen;
    }
    try {
      return await worker().connection.sendRequest(ChunkFiles, batch);
    } catch {
      const again = tryingAgain.then(() => oneByOne(batch));
      tryingAgain = again.then(() => undefined);
      return again;
    }
  }

  async function oneByOne(batch: FileBatch): Promise<readonly FileDraft[]> {
    const drafts: FileDraft[] = [];
    for (const file of batch.files) {
      const { connection, gone } = worker();
      try {
        drafts.push(...(await connection.sendRequest(ChunkFiles, { ...batch, files: [file] })));
      } catch (error) {
        const why = isLostConnection(error) ? await gone : messageOf(error);
        drafts.push({ path: file.path, state: 'failed', error: `the parser stopped on this file (${why})` });
      }
    }
    return drafts;
  }

  return {
    prepare: () => void worker(),
    chunkFiles,
    chunkText: (path, text) => worker().connection.sendRequest(ChunkText, { path, text }),
  };
}

function replaceable(start: () => WorkerConnection): () => WorkerConnection {
  let current: WorkerConnection | undefined;
  return () => {
    if (current === undefined) {
      const started = start();
      current = started;
      void started.gone.then(() => {
        if (current === started) current = undefined;
      });
    }
    return current;
  };
}

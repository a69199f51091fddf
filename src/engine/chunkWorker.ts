import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { createChunker } from '../chunking/chunker.ts';
import { draftChunks, draftFile } from './draftFile.ts';
import { openJournal } from './journal.ts';
import { ChunkFiles, ChunkText, type FileBatch, type FileDraft } from './workerProtocol.ts';

/** Entry of the chunk thread: a loop around the chunker; parsing is synchronous Wasm and would block the main thread. */
if (parentPort === null) throw new Error('chunkWorker runs as a worker thread only');
const { mediaDir } = workerData as { readonly mediaDir: string };
const connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
const chunker = createChunker({ grammarDir: join(mediaDir, 'grammars') });

/** Runs one after the other what is given to it: loading a grammar takes time, in which another request may come. */
function inTurn(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const next = last.then(action);
    last = next.catch(() => undefined);
    return next;
  };
}
const oneFile = inTurn();
const oneBatch = inTurn();

async function chunkBatch({ folder, files, maxFileBytes, journal: journalFile, urgent }: FileBatch, isCancelled: () => boolean) {
  const ready = await chunker;
  const drafts: FileDraft[] = [];
  const journal = openJournal(journalFile);
  try {
    for (const file of files) {
      // Requests that have come meanwhile are seen now, and urgent ones take their turn before the next file does.
      if (!urgent) await setImmediate();
      if (isCancelled()) break;
      await oneFile(async () => {
        journal.at(file.path);
        drafts.push(await draftFile(ready, folder, file, maxFileBytes));
      });
    }
    return drafts;
  } finally {
    journal.end();
  }
}

connection.onRequest(ChunkFiles, (batch, token) => {
  const chunk = (): Promise<readonly FileDraft[]> => chunkBatch(batch, () => token.isCancellationRequested);
  return batch.urgent ? chunk() : oneBatch(chunk);
});
connection.onRequest(ChunkText, ({ path, text }) => oneFile(async () => (await draftChunks(await chunker, path, text)).chunks));
connection.listen();

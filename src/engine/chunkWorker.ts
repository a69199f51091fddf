import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createMessageConnection, PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { createChunker } from '../chunking/chunker.ts';
import { draftChunks, draftFile } from './draftFile.ts';
import { openJournal } from './journal.ts';
import { ChunkFiles, ChunkText, type FileDraft } from './workerProtocol.ts';

/** Entry of the chunk thread: a loop around the chunker; parsing is synchronous Wasm and would block the main thread. */
if (parentPort === null) throw new Error('chunkWorker runs as a worker thread only');
const { mediaDir } = workerData as { readonly mediaDir: string };
const connection = createMessageConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
const chunker = createChunker({ grammarDir: join(mediaDir, 'grammars') });

connection.onRequest(ChunkFiles, async ({ folder, files, maxFileBytes, journal: journalFile }, token) => {
  const ready = await chunker;
  const drafts: FileDraft[] = [];
  const journal = openJournal(journalFile);
  try {
    for (const file of files) {
      if (token.isCancellationRequested) break;
      journal.at(file.path);
      drafts.push(await draftFile(ready, folder, file, maxFileBytes));
    }
    return drafts;
  } finally {
    journal.end();
  }
});
connection.onRequest(ChunkText, async ({ path, text }) => (await draftChunks(await chunker, path, text)).chunks);
connection.listen();

import module from 'node:module';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { Shutdown } from '../protocol/engine.ts';
import { endWithParent } from './parentWatch.ts';
import { serveEngine } from './server.ts';

/** Entry of the engine process: one connection to the face that forked it, and an orderly end when that face goes. */
declare const QUARRY_VERSION: string;

/** A commit under way is given this long; it is atomic, so waiting is a courtesy and no need. */
const CLOSE_MS = 1000;
/** By then everything a first answer needs has been compiled. */
const FLUSH_MS = 3000;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const server = serveEngine(connection, QUARRY_VERSION);
let ending = false;

/** Node 20, which VS Code of early 2025 brings, has no such function and needs none. */
function keepCompiledCode(): void {
  module.flushCompileCache?.();
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.race([server.close(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
  keepCompiledCode();
  // Neither process.exit nor worker.terminate: ending a thread inside a native call aborts the process with a core dump.
  process.kill(process.pid, 'SIGKILL');
}

process.once('disconnect', () => void end());
process.once('SIGTERM', () => void end());
// Ctrl+C in a terminal reaches the whole group; the face decides what it means.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(70);
});
connection.onRequest(Shutdown, () => {
  setImmediate(() => void end());
});
endWithParent();
connection.listen();
// The process ends by a signal, so the compiled code is written while it runs.
setTimeout(keepCompiledCode, FLUSH_MS).unref();

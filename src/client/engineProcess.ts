import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { engineEnvironment } from './environment.ts';

export interface LaunchOptions {
  /** Absolute path of the engine's entry file. */
  readonly module: string;
  readonly execPath: string;
  /** Folder for compiled code, which halves the start. */
  readonly compileCache?: string | undefined;
  /** Scheduling priority as of `os.setPriority`: 10 gives way to everything the person does. */
  readonly priority?: number | undefined;
  /** A line that the process wrote to its standard output or error. */
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** One engine process, from its start to its end. */
export interface EngineProcess {
  readonly pid: number | undefined;
  readonly connection: MessageConnection;
  /** Settles when the process has ended, with how it ended in words: "was killed by SIGKILL". Never rejects. */
  readonly gone: Promise<string>;
  /** True once `end` was called: then its end is no crash. */
  readonly ending: boolean;
  /** True when it has ended by itself, as for want of memory, and was not killed from outside. */
  readonly crashed: boolean;
  /** Closes the connection, asks the process to end, and kills it after `graceMs`. Settles when it is gone. */
  end(graceMs: number): Promise<void>;
  kill(): void;
}

/**
 * Megabytes in each thread for what was just made. Indexing makes and drops a lot, and V8's own 16 let three threads grow for nothing. With 4 the
 * engine's peak is 4 % lower than with these 8, for a tenth more processor time.
 */
const YOUNG_SPACE = '--max-semi-space-size=8';

/** How others end a process. */
const KILLS: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);
/** The same on Windows, which has no signals. */
const KILLED_CODE = 1;

const AFTER_DISCONNECT_MS = 1500;
const LONGEST_LINE = 2000;

/** Starts the engine; a process that cannot be started is gone at once. */
export function launchEngine(options: LaunchOptions): EngineProcess {
  const child = fork(options.module, [], {
    execPath: options.execPath,
    execArgv: [YOUNG_SPACE],
    // Structured clone, so that typed arrays arrive as typed arrays.
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: engineEnvironment(process.env, options.compileCache),
    // A console window must not flash up on Windows; the typings of fork lack what spawn takes.
    ...{ windowsHide: true },
  });
  lower(child, options.priority);
  readLines(child.stdout, (line) => options.onLine('stdout', line));
  readLines(child.stderr, (line) => options.onLine('stderr', line));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onError(([error]) => options.onLine('stderr', `connection: ${error.message}`));
  const kill = () => void child.kill('SIGKILL');
  let crashed = false;
  child.once('exit', (code, signal) => {
    crashed = signal === null ? code !== 0 && code !== KILLED_CODE : !KILLS.has(signal);
  });
  const gone = watch(child, connection, kill);
  connection.listen();
  let ending = false;
  return {
    pid: child.pid,
    connection,
    gone,
    get ending() {
      return ending;
    },
    get crashed() {
      return crashed;
    },
    kill,
    async end(graceMs) {
      ending = true;
      connection.dispose();
      // The engine ends itself when its channel closes.
      if (child.connected) child.disconnect();
      const timer = setTimeout(kill, graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Disposes the connection as soon as the process cannot answer any more: only that settles the calls that wait. */
function watch(child: ChildProcess, connection: MessageConnection, kill: () => void): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      connection.dispose();
      resolve(signal ? `was killed by ${signal}` : `ended with exit code ${code}`);
    });
    child.on('error', (error) => {
      connection.dispose();
      if (child.pid === undefined) resolve(`could not be started (${error.message})`);
      else kill();
    });
    child.once('disconnect', () => {
      connection.dispose();
      // It is of no use without a channel, and it must be gone before another one opens the same index.
      const timer = setTimeout(kill, AFTER_DISCONNECT_MS);
      child.once('exit', () => clearTimeout(timer));
    });
  });
}

function lower(child: ChildProcess, priority: number | undefined): void {
  if (priority === undefined || child.pid === undefined) return;
  try {
    setPriority(child.pid, priority);
  } catch {
    // Some systems forbid it, and a process that has ended already needs none.
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (!stream) return;
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => onLine(line.slice(0, LONGEST_LINE)));
}

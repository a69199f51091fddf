import { type CancellationToken, type RequestType, ResponseError } from 'vscode-jsonrpc';
import {
  type EngineInfo,
  type EngineOptions,
  ErrorCode,
  ExplainFile,
  FilesChanged,
  GetStatus,
  type IndexStatus,
  ListFiles,
  LogLine,
  OpenFolder,
  RestartWanted,
  Search,
  StatusChanged,
  WaitForIndex,
} from '../protocol/engine.ts';
import { CleanUp, GetHealth, RunChecks } from '../protocol/health.ts';
import { isLostConnection } from '../protocol/lostConnection.ts';
import { ListModels, ModelProgress, type ModelProgressEvent, VerifyModels } from '../protocol/models.ts';
import { AskEditorModel, DescribeEditorModel, type EditorPrompt } from '../protocol/rerank.ts';
import { EngineGoneError } from './errors.ts';
import { listeners } from './listeners.ts';
import { openFolders } from './openFolders.ts';
import { orCancelled } from './settle.ts';
import { type EngineStateEvent, supervise } from './supervisor.ts';

export { EngineGoneError, RequestCancelledError } from './errors.ts';
export type { EngineState, EngineStateEvent } from './supervisor.ts';

export interface LogEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface EngineClientOptions {
  /** Absolute path of the engine's entry file. */
  readonly module: string;
  readonly options: EngineOptions;
  /** The Node to run it with; this process's own when absent. */
  readonly execPath?: string;
  /** Folder for compiled code, which halves the start. */
  readonly compileCache?: string;
  /** As of `os.setPriority`: 10 gives way to everything the person does. */
  readonly priority?: number;
  readonly startTimeoutMs?: number;
  /** An engine that ended too often is tried again after this long, with everything; after a minute when absent. */
  readonly againMs?: number;
  /** The editor's language models, where the face has some. */
  readonly editorModels?: EditorModels;
}

/** What an engine may ask of its face. Each rejects with one sentence. */
export interface EditorModels {
  describe(model: string): Promise<string>;
  ask(model: string, prompt: EditorPrompt, token: CancellationToken): Promise<string>;
}

/** The engine as hosts and command lines see it: calls that always settle, whatever happens to the process. */
export interface EngineClient {
  /**
   * Waits for an engine and asks it. Rejects with the engine's own `ResponseError` (a sentence and a code of `ErrorCode`),
   * with `EngineGoneError` when the process ended, or at once with `RequestCancelledError`. Calls that change nothing
   * are asked a second time when the engine died under them.
   */
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  /** Each `on` adds a listener and returns the function that takes it out. */
  onStatus(listener: (status: IndexStatus) => void): () => void;
  onLog(listener: (event: LogEvent) => void): () => void;
  onModelProgress(listener: (event: ModelProgressEvent) => void): () => void;
  onState(listener: (event: EngineStateEvent) => void): () => void;
  state(): EngineStateEvent;
  /** The engine's own account of itself, once it is up. */
  info(): Promise<EngineInfo>;
  pid(): number | undefined;
  /** Ends the process and starts another, out of safe mode and after a failure as well. */
  restart(): Promise<void>;
  /** Settles every call that waits, and ends the process within 1.5 seconds, if need be by force. */
  stop(): Promise<void>;
}

const STOP_MS = 1500;
const START_TIMEOUT_MS = 30_000;
const AGAIN_MS = 60_000;

const noEditor = (): Promise<string> =>
  Promise.reject(new ResponseError(ErrorCode.UnknownModel, 'There is no editor here whose language models could be asked.'));
const NO_EDITOR: EditorModels = { describe: noEditor, ask: noEditor };

/** Asking these twice does no harm. An engine that takes over looks at every file, so changes are among them; what is cleaned up is cleaner then. */
const REPEATABLE: ReadonlySet<string> = new Set(
  [
    Search,
    GetStatus,
    GetHealth,
    RunChecks,
    CleanUp,
    ListFiles,
    ExplainFile,
    WaitForIndex,
    OpenFolder,
    FilesChanged,
    ListModels,
    VerifyModels,
  ].map(({ method }) => method),
);

/** Starts the engine process and keeps it alive until `stop`. */
export function startEngine(options: EngineClientOptions): EngineClient {
  const statuses = listeners<IndexStatus>();
  const logs = listeners<LogEvent>();
  const modelProgress = listeners<ModelProgressEvent>();
  const states = listeners<EngineStateEvent>();
  const folders = openFolders();
  let state: EngineStateEvent = { state: 'starting', message: '' };
  const supervisor = supervise({
    launch: {
      module: options.module,
      execPath: options.execPath ?? process.execPath,
      compileCache: options.compileCache,
      priority: options.priority,
    },
    options: options.options,
    startTimeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
    stopMs: STOP_MS,
    againMs: options.againMs ?? AGAIN_MS,
    folders: folders.all,
    onLaunch({ connection }) {
      connection.onNotification(StatusChanged, statuses.tell);
      connection.onNotification(LogLine, logs.tell);
      connection.onNotification(RestartWanted, ({ reason, done }) => {
        logs.tell({ level: 'info', message: reason });
        for (const { folder, totals } of done) folders.done(folder, totals);
        // Whatever keeps it from coming back is told as a state.
        supervisor.restart().catch(() => undefined);
      });
      connection.onNotification(ModelProgress, modelProgress.tell);
      connection.onRequest(DescribeEditorModel, ({ model }) => (options.editorModels ?? NO_EDITOR).describe(model));
      connection.onRequest(AskEditorModel, ({ model, prompt }, token) => (options.editorModels ?? NO_EDITOR).ask(model, prompt, token));
    },
    log: (level, message) => logs.tell({ level, message }),
    onState(event) {
      state = event;
      states.tell(event);
    },
  });

  async function once<P, R>(type: RequestType<P, R, void>, params: P, token: CancellationToken | undefined): Promise<R> {
    const { process } = await orCancelled(supervisor.engine(), token);
    try {
      // By name, as the typed form cannot be called with types that are still open; a token of `undefined` would count as a parameter.
      const sent = process.connection.sendRequest<R>(type.method, ...(token ? [params, token] : [params]));
      const result = await orCancelled(sent, token);
      folders.learn(type.method, params, result);
      return result;
    } catch (error) {
      if (!isLostConnection(error)) {
        if (!(error instanceof ResponseError)) throw error;
        folders.unlearn(type.method, params);
        // What the connection puts before an error that the engine did not expect says nothing to a person.
        throw new ResponseError(error.code, error.message.replace(`Request ${type.method} failed with message: `, ''), error.data);
      }
      const cause = await process.gone;
      if (supervisor.isStopping()) throw new EngineGoneError('The engine was stopped.');
      throw new EngineGoneError(`The engine ${cause} before it had answered.`, process.ending);
    }
  }

  return {
    async request(type, params, token) {
      // A call that outlasts several orderly restarts goes on; one that met two crashes may be what causes them.
      for (let crashes = 0; ; ) {
        try {
          return await once(type, params, token);
        } catch (error) {
          if (!(error instanceof EngineGoneError) || supervisor.isStopping() || !REPEATABLE.has(type.method)) throw error;
          if (!error.replaced && ++crashes > 1) throw error;
        }
      }
    },
    onStatus: statuses.add,
    onLog: logs.add,
    onModelProgress: modelProgress.add,
    onState: states.add,
    state: () => state,
    info: async () => (await supervisor.engine()).info,
    pid: supervisor.pid,
    restart: supervisor.restart,
    stop: supervisor.stop,
  };
}

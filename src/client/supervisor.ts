import { type EngineInfo, type EngineOptions, Initialize, OpenFolder, type OpenParams } from '../protocol/engine.ts';
import { type EngineProcess, launchEngine } from './engineProcess.ts';
import { EngineGoneError } from './errors.ts';
import { afterCrash, CRASH_LIMIT, FRESH_POLICY, type RestartPolicy } from './restartPolicy.ts';
import { type Deferred, deferred, within } from './settle.ts';

export type EngineState = 'starting' | 'ready' | 'restarting' | 'safe-mode' | 'failed' | 'stopped';

export interface EngineStateEvent {
  readonly state: EngineState;
  /** One sentence for a person, or empty when there is nothing to say. */
  readonly message: string;
}

/** An engine that answers. */
export interface LiveEngine {
  readonly process: EngineProcess;
  readonly info: EngineInfo;
}

export interface SupervisorOptions {
  readonly launch: Omit<Parameters<typeof launchEngine>[0], 'onLine'>;
  readonly options: EngineOptions;
  /** The engine must answer its first call in this time. */
  readonly startTimeoutMs: number;
  readonly stopMs: number;
  /** An engine that ended too often is tried again after this long: at once with everything, out of safe mode as well as after giving up. */
  readonly againMs: number;
  /** Called on each new process before its first call, to listen to it. */
  readonly onLaunch: (process: EngineProcess) => void;
  readonly onState: (event: EngineStateEvent) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** The folders that a new process has to open before it serves. */
  readonly folders: () => readonly OpenParams[];
}

/** Keeps one engine process alive. */
export interface Supervisor {
  /** The engine that answers now, or the next one that will. Rejects with `EngineGoneError` after `stop` or while it cannot be kept alive. */
  engine(): Promise<LiveEngine>;
  pid(): number | undefined;
  /** Ends the process and starts another with a clean record, out of safe mode as well. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  isStopping(): boolean;
}

const LONGEST_SAFE_MS = 30 * 60_000;

export function supervise(options: SupervisorOptions): Supervisor {
  let policy: RestartPolicy = FRESH_POLICY;
  let ready: Deferred<LiveEngine> = deferred();
  let isReady = false;
  let current: EngineProcess | undefined;
  let wake: () => void = () => undefined;
  /** What a person asked for; it turns the end of a process into something else than a crash. */
  let order: 'run' | 'restart' | 'stop' = 'run';
  let reason = '';
  /** The last engine when it ended by itself; the next one is told. */
  let crashedPid: number | undefined;
  /** Safe mode is left after this long; each time it is needed again it lasts longer. */
  let safeMs = options.againMs;
  const loop = keepAlive();

  function renew(): void {
    if (isReady) ready = deferred();
    isReady = false;
  }

  async function keepAlive(): Promise<void> {
    while (order !== 'stop') {
      if (policy.crashes.length === 0 && !policy.safe) options.onState({ state: 'starting', message: '' });
      order = 'run';
      const startedAt = Date.now();
      const engine = launchEngine({ ...options.launch, onLine: lineLogger() });
      current = engine;
      options.onLaunch(engine);
      void introduce(engine);
      const cause = await engine.gone;
      crashedPid = engine.crashed ? engine.pid : undefined;
      // Calls that lost this process wait for the same promise, later in line: they must find `ready` renewed.
      renew();
      const next = order as 'run' | 'restart' | 'stop';
      if (next === 'stop') return;
      if (next === 'restart') {
        policy = FRESH_POLICY;
        continue;
      }
      crashed(cause, Date.now() - startedAt);
      await pause(policy.failed ? options.againMs : policy.delay);
      if (!policy.failed || (order as string) === 'stop') continue;
      // Nobody restarted it meanwhile. Whatever ended it may be over, and an index that nobody follows is worse than one more try.
      policy = FRESH_POLICY;
      ready = deferred();
    }
  }

  /** Writes what the process prints to the log. */
  function lineLogger(): (stream: 'stdout' | 'stderr', line: string) => void {
    return (stream, line) => options.log(stream === 'stderr' ? 'warn' : 'info', line);
  }

  function crashed(cause: string, upMs: number): void {
    const wasSafe = policy.safe;
    policy = afterCrash(policy, Date.now(), upMs);
    options.log('error', `The engine ${cause}.`);
    if (policy.failed) {
      const message = `The engine ended ${CRASH_LIMIT} more times in safe mode; the last one ${cause}. It is tried again in ${Math.ceil(options.againMs / 60_000)} min.`;
      ready.reject(new EngineGoneError(message));
      options.onState({ state: 'failed', message });
      return;
    }
    if (policy.safe && !wasSafe)
      reason = `Only keyword search works, as the engine ended ${CRASH_LIMIT} times in 5 minutes; the last one ${cause}.`;
    options.onState({ state: 'restarting', message: `The engine ${cause} and is being started again.` });
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Initialises a new process and opens the folders again; one that cannot do so is killed, which counts as a crash. */
  async function introduce(engine: EngineProcess): Promise<void> {
    try {
      const keywordOnly = options.options.keywordOnly || policy.safe;
      const wanted = { ...options.options, keywordOnly, ...(crashedPid === undefined ? {} : { crashedPid }) };
      const first = engine.connection.sendRequest(Initialize, wanted);
      const info = await within(first, options.startTimeoutMs, `The engine did not answer in ${options.startTimeoutMs / 1000} seconds.`);
      await Promise.all(options.folders().map((params) => reopen(engine, params)));
      if (current !== engine || order !== 'run') return;
      isReady = true;
      ready.resolve({ process: engine, info });
      options.onState(policy.safe ? { state: 'safe-mode', message: reason } : { state: 'ready', message: '' });
      if (policy.safe) setTimeout(() => leaveSafeMode(engine), safeMs).unref();
    } catch (error) {
      options.log('error', `The engine could not start: ${error instanceof Error ? error.message : String(error)}`);
      engine.kill();
    }
  }

  function leaveSafeMode(engine: EngineProcess): void {
    if (current !== engine || order !== 'run' || !policy.safe) return;
    safeMs = Math.min(2 * safeMs, LONGEST_SAFE_MS);
    options.log('info', 'The engine has been well in safe mode and starts anew with everything.');
    order = 'restart';
    void engine.end(options.stopMs);
  }

  /** A folder that is gone by now must not keep the others from being served. */
  async function reopen(engine: EngineProcess, params: OpenParams): Promise<void> {
    await engine.connection.sendRequest(OpenFolder, params).catch((error: Error) => {
      options.log('warn', `The folder ${params.folder} could not be opened again: ${error.message}`);
    });
  }

  return {
    engine: () => ready.promise,
    pid: () => (current && order !== 'stop' ? current.pid : undefined),
    async restart() {
      if (order === 'stop') return;
      if (policy.failed) ready = deferred();
      order = 'restart';
      policy = FRESH_POLICY;
      wake();
      await current?.end(options.stopMs);
      await ready.promise;
    },
    isStopping: () => order === 'stop',
    async stop() {
      order = 'stop';
      renew();
      ready.reject(new EngineGoneError('The engine was stopped.'));
      wake();
      await current?.end(options.stopMs);
      await loop;
      options.onState({ state: 'stopped', message: '' });
    },
  };
}

import path from 'node:path';
import * as vscode from 'vscode';
import type { CancellationToken, RequestType } from 'vscode-jsonrpc';
import { type EngineClient, type EngineClientOptions, type EngineStateEvent, startEngine } from '../client/engineClient.ts';
import type { EngineOptions, IndexStatus } from '../protocol/engine.ts';
import { ConfigureModels, type EmbedderOptions, type ModelProgressEvent } from '../protocol/models.ts';
import {
  onEmbeddingSettings,
  onModelSettings,
  readCacheSettings,
  readEmbedderSettings,
  readModelSettings,
} from './modelCommands/settings.ts';
import { createEditorModels } from './rerank/editorModels.ts';
import { readEngineSettings } from './settings.ts';
import type { EngineHealth } from './status/statusText.ts';

/** The engine process as the rest of the host sees it: started when it is needed, kept alive by the client, ended with the extension. */
export interface Engine extends vscode.Disposable {
  /** Asks the engine; the first request forks the process. Rejects with one sentence for a person. */
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  readonly onStatus: vscode.Event<IndexStatus>;
  readonly onHealth: vscode.Event<EngineHealth>;
  readonly onModelProgress: vscode.Event<ModelProgressEvent>;
  health(): EngineHealth;
  pid(): number | undefined;
  /** Ends the process and starts another, out of safe mode as well. */
  restart(): Promise<void>;
  /** A process of its own in which this model embeds; whoever asks for it stops it. */
  another(embedder: string): EngineClient;
  stop(): Promise<void>;
}

export interface EngineSettings {
  /** Absolute path of the folder with `engine.mjs` and `media/`. */
  readonly folder: string;
  /** Absolute path of the folder for compiled code, and for models unless a setting names another. */
  readonly cache: string;
  readonly log: vscode.LogOutputChannel;
  /** The model servers that may be used, with their keys. */
  readonly servers: () => Pick<EngineOptions, 'endpoint' | 'chat'>;
}

/** Scheduling priority of the engine: whatever the person does goes first. */
const PRIORITY = 10;

/** The engine, which starts with the first request: a window without a folder needs no process. */
export function createEngine({ folder, cache, log, servers }: EngineSettings): Engine {
  const statuses = new vscode.EventEmitter<IndexStatus>();
  const healths = new vscode.EventEmitter<EngineHealth>();
  const modelProgress = new vscode.EventEmitter<ModelProgressEvent>();
  const models = path.join(cache, 'models');
  let client: EngineClient | undefined;
  let ended = false;

  const launch: EngineClientOptions = {
    module: path.join(folder, 'engine.mjs'),
    options: {
      mediaDir: path.join(folder, 'media'),
      keywordOnly: false,
      // Read anew for every process: settings may have changed since the last one.
      get models() {
        return readModelSettings(models);
      },
      get endpoint() {
        return servers().endpoint;
      },
      get chat() {
        return servers().chat;
      },
      get embedder() {
        return readEmbedderSettings();
      },
      get embeddings() {
        return readCacheSettings(path.join(cache, 'embeddings'));
      },
      get memoryLimitMB() {
        return readEngineSettings().memoryLimitMB;
      },
      get pauseOnBattery() {
        return readEngineSettings().pauseOnBattery;
      },
    },
    compileCache: path.join(cache, 'compiled'),
    priority: PRIORITY,
    editorModels: createEditorModels(),
  };

  const start = (): EngineClient => {
    if (ended) throw new Error('The search has ended with this window.');
    if (client !== undefined) return client;
    client = startEngine(launch);
    client.onStatus((status) => statuses.fire(status));
    client.onModelProgress((event) => modelProgress.fire(event));
    client.onLog(({ level, message }) => log[level](message.trimEnd()));
    client.onState((event) => {
      log.info(`engine ${event.state}${event.message === '' ? '' : `: ${event.message}`}`);
      healths.fire(healthOf(event));
    });
    return client;
  };

  // A download that is forbidden while it runs ends; the rest counts from the next request on.
  const settings = vscode.Disposable.from(
    onModelSettings(() => void client?.request(ConfigureModels, readModelSettings(models)).catch(() => undefined)),
    // Another embedder is another index: a fresh process opens it, and the older one answers until it is complete.
    onEmbeddingSettings(() => void client?.restart()),
  );

  return {
    request: async (type, params, token) => start().request(type, params, token),
    onStatus: statuses.event,
    onHealth: healths.event,
    onModelProgress: modelProgress.event,
    health: () => (client === undefined ? { state: 'running', message: '' } : healthOf(client.state())),
    pid: () => client?.pid(),
    restart: async () => start().restart(),
    another: (model) => {
      const embedder: EmbedderOptions = { model, device: readEmbedderSettings().device, required: true };
      return startEngine({ ...launch, options: { ...launch.options, endpoint: undefined, embedder } });
    },
    async stop() {
      ended = true;
      await client?.stop();
    },
    dispose() {
      ended = true;
      statuses.dispose();
      healths.dispose();
      modelProgress.dispose();
      settings.dispose();
      void client?.stop();
    },
  };
}

/** What a person is told about the engine's state. */
function healthOf({ state, message }: EngineStateEvent): EngineHealth {
  if (state === 'ready') return { state: 'running', message: '' };
  return { state: state === 'failed' ? 'stopped' : state, message };
}

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EngineClient, startEngine } from '../client/engineClient.ts';
import { DEFAULT_FILE_SETTINGS, type FileSettings } from '../core/files.ts';
import type { ChatOptions, EndpointOptions } from '../protocol/endpoints.ts';
import { type IndexSummary, OpenFolder, WaitForIndex } from '../protocol/engine.ts';
import type { EmbedderOptions } from '../protocol/models.ts';
import { cacheDir, defaultIndexDir, modelsDir } from './indexDir.ts';
import { showProgress } from './progress.ts';

export interface SessionOptions {
  readonly folder: string;
  readonly indexDir?: string;
  readonly modelsDir?: string;
  /** False looks at what is there and indexes nothing. */
  readonly index: boolean;
  /** What differs from the defaults. */
  readonly files?: Partial<FileSettings>;
  /** As of `os.setPriority`: 10 for work that nobody waits for. */
  readonly priority?: number;
  /** Engine messages go to stderr. */
  readonly verbose?: boolean;
  /** True forbids every connection. */
  readonly offline?: boolean;
  readonly embedder?: EmbedderOptions;
  readonly endpoint?: EndpointOptions;
  readonly chat?: ChatOptions;
}

export interface Session {
  readonly client: EngineClient;
  /** Absolute. */
  readonly folder: string;
  readonly indexDir: string;
  /** Waits until the folder is indexed, with progress on stderr when that is a terminal. */
  ready(): Promise<IndexSummary>;
}

/** About 300,000 chunks of the main embedder. */
const EMBEDDINGS_BYTES = 500_000_000;

/** Starts the engine, opens one folder, runs the action, and always ends the engine. */
export async function withSession<T>(options: SessionOptions, action: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(options);
  try {
    return await action(session);
  } finally {
    await session.close();
  }
}

/** Starts the engine and opens one folder; whoever calls it ends the engine. */
export async function openSession(options: SessionOptions): Promise<Session & { close(): Promise<void> }> {
  const folder = resolve(options.folder);
  const indexDir = resolve(options.indexDir ?? defaultIndexDir(folder));
  const here = dirname(fileURLToPath(import.meta.url));
  const client = startEngine({
    module: join(here, 'engine.mjs'),
    options: {
      mediaDir: join(here, 'media'),
      keywordOnly: false,
      models: { dir: modelsDir(options.modelsDir), offline: options.offline ?? false, mirror: '' },
      embeddings: { dir: join(cacheDir(), 'embeddings'), limitBytes: EMBEDDINGS_BYTES },
      ...(options.embedder === undefined ? {} : { embedder: options.embedder }),
      endpoint: options.endpoint,
      chat: options.chat,
    },
    compileCache: join(cacheDir(), 'compiled'),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
  });
  if (options.verbose === true) client.onLog(({ level, message }) => process.stderr.write(`${level}: ${message.trimEnd()}\n`));
  try {
    await client.request(OpenFolder, {
      folder,
      indexDir,
      files: { ...DEFAULT_FILE_SETTINGS, ...options.files },
      paused: false,
      index: options.index,
    });
    const ready = async (): Promise<IndexSummary> => {
      const progress = showProgress(client, process.stderr);
      try {
        return await client.request(WaitForIndex, { folder });
      } finally {
        progress.end();
      }
    };
    return { client, folder, indexDir, ready, close: () => client.stop() };
  } catch (error) {
    await client.stop();
    throw error;
  }
}

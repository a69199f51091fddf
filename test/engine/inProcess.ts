import { join } from 'node:path';
import { createChunker } from '../../src/chunking/chunker.ts';
import { DEFAULT_FILE_SETTINGS } from '../../src/core/files.ts';
import { draftChunks, draftFile } from '../../src/engine/draftFile.ts';
import type { EmbedService } from '../../src/engine/embedService.ts';
import { embedderKey } from '../../src/engine/fingerprint.ts';
import { FolderIndex } from '../../src/engine/folderIndex.ts';
import type { EngineServices } from '../../src/engine/services.ts';
import { createTurns } from '../../src/engine/turns.ts';
import type { IndexStatus } from '../../src/protocol/engine.ts';
import { grammarDir } from '../unit/grammarDir.ts';

const DIMENSION = 16;

/** An embedder that a test can hold at a point: while `hold` is set, embedding waits. Vectors say which words a text has. */
export interface TestEmbedder extends EmbedService {
  /** Holds from now on, or as soon as so many texts are embedded. */
  hold(after?: number): void;
  letGo(): void;
  /** Settles when somebody waits at the hold. */
  held(): Promise<void>;
  /** Texts embedded so far. */
  count(): number;
}

export function testEmbedder(id: string): TestEmbedder {
  let gate: { readonly after: number; readonly opened: Promise<void>; readonly open: () => void } | undefined;
  let reached: (() => void)[] = [];
  let waiting = 0;
  let count = 0;
  return {
    info: {
      id,
      revision: '1',
      dimension: DIMENSION,
      maxTokens: 512,
      device: 'cpu',
      dtype: 'fp32',
      fusion: { form: 'convex', keyword: 1, dense: 1 },
    },
    hold(after = 0) {
      gate ??= { after, ...deferred() };
    },
    letGo() {
      gate?.open();
      gate = undefined;
    },
    held: () => (waiting > 0 ? Promise.resolve() : new Promise((resolve) => reached.push(resolve))),
    count: () => count,
    async embed(texts) {
      if (gate !== undefined && count >= gate.after) {
        waiting++;
        for (const tell of reached) tell();
        reached = [];
        await gate.opened;
        waiting--;
      }
      count += texts.length;
      const vectors = new Float32Array(texts.length * DIMENSION);
      texts.forEach((text, row) => {
        for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
          const at = row * DIMENSION + ((word.charCodeAt(0) + word.length) % DIMENSION);
          vectors[at] = (vectors[at] ?? 0) + 1;
        }
        const own = vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION);
        const length = Math.hypot(...own) || 1;
        own.forEach((value, at) => {
          own[at] = value / length;
        });
      });
      return vectors;
    },
  };
}

function deferred(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** The services of an engine in this process: the real chunker, and these embedders, the first of which is the wanted one. */
export async function testServices(...embedders: readonly EmbedService[]): Promise<EngineServices> {
  const chunker = await createChunker({ grammarDir: grammarDir() });
  return {
    prepare: () => undefined,
    chunkFiles: async ({ folder, files, maxFileBytes }) => Promise.all(files.map((file) => draftFile(chunker, folder, file, maxFileBytes))),
    chunkText: async (path, text) => (await draftChunks(chunker, path, text)).chunks,
    embedder: embedders[0],
    embedderProblem: embedders.length === 0 ? 'There is no embedder.' : '',
    turns: createTurns(),
    embedderFor: async (key) => embedders.find(({ info }) => embedderKey(info) === key),
    ordinaryWords: () => new Set(),
  };
}

export interface OpenedIndex {
  readonly index: FolderIndex;
  readonly statuses: readonly IndexStatus[];
  readonly log: readonly string[];
}

export async function openFolderIndex(
  folder: string,
  indexDir: string,
  services: EngineServices,
  paused = false,
  isTyping = () => false,
  first: readonly string[] = [],
  onStatus: (status: IndexStatus) => void = () => undefined,
): Promise<OpenedIndex> {
  const statuses: IndexStatus[] = [];
  const log: string[] = [];
  const params = { folder, indexDir, files: DEFAULT_FILE_SETTINGS, paused, index: true, first };
  const index = new FolderIndex(folder, params, services, {
    isTyping,
    onStatus: (status) => {
      statuses.push(status);
      onStatus(status);
    },
    log: (level, message) => log.push(`${level}: ${message}`),
  });
  await index.open();
  return { index, statuses, log };
}

export const moduleText = (name: string): string => `/** Handles ${name}. */\nexport function ${name}() {\n  return '${name}';\n}\n`;

/** `count` files with one function each. */
export function modules(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [join('src', `module${at}.ts`), moduleText(`handleCase${at}`)]));
}

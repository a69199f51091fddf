import { createHash } from 'node:crypto';
import type { Embedder, EmbedSide } from '../core/embedder.ts';
import type { InstalledFile } from '../core/installedModel.ts';
import type { EmbedderEntry, ModelDtype } from '../core/modelCatalogue.ts';
import { type DeviceChoice, type DeviceWish, deviceChoices } from './devices.ts';
import { checkGolden, GOLDEN_TEXTS } from './golden.ts';
import { readConfig } from './modelConfig.ts';
import { BadVectorError, toUnitVectors } from './pooling.ts';
import { type ModelSession, openSession } from './session.ts';
import { toFeeds } from './tensors.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** An installed embedder. */
export interface EmbedderSource {
  readonly entry: EmbedderEntry;
  /** Absolute path of its folder, and what is in it. */
  readonly folder: string;
  readonly files: readonly InstalledFile[];
  readonly wish: DeviceWish;
  /** Number format that it has to have, whatever the device; the device's own when absent. */
  readonly dtype?: ModelDtype;
}

export interface OpenEmbedder extends Embedder {
  /** Why this device serves and none before it; empty when it was the first. */
  readonly reason: string;
  dispose(): Promise<void>;
}

/** Where neither the catalogue nor the model says how long a text may be. */
const MAX_TOKENS = 512;
/** One thread: indexing leaves the other cores to the person. */
const THREADS = 1;
/** A GPU is fed with as many texts at a time as it takes gladly; each count is timed once. */
const GPU_BATCHES = [8, 16, 32, 64] as const;
/** A larger batch has to be this much faster a text, else the smaller one stays: questions wait for a batch. */
const WORTH = 0.9;

/**
 * Loads an installed embedder on the first device that proves right. Throws `ModelLoadError` or the reason why its files cannot be read.
 *
 * On a CPU texts are embedded one by one: padding only loses there, and with weights of 8 bits a text's vector depends on what is in
 * its batch.
 */
export async function openEmbedder({ entry: known, folder, files, wish, dtype }: EmbedderSource): Promise<OpenEmbedder> {
  const { positions } = await readConfig(folder);
  const entry = { ...known, maxTokens: Math.min(known.maxTokens ?? MAX_TOKENS, positions) };
  const tokenizer = await loadTokenizer(folder);
  const all = deviceChoices(entry, new Set(files.map(({ path }) => path)), wish, process.platform);
  const choices = dtype === undefined ? all : all.filter((choice) => choice.dtype === dtype);
  const golden = (session: ModelSession): Promise<Float32Array> => embedRows(session, tokenizer, entry, GOLDEN_TEXTS, 'document', 1);
  const session = await openSession({
    folder,
    choices,
    threads: THREADS,
    prove: async (one) => checkGolden(await golden(one), await golden(one), await referenceOf(one, choices, folder, golden)),
  });
  const dimension = (await golden(session)).length / GOLDEN_TEXTS.length;
  const step = session.device === 'cpu' ? 1 : await measureBatch(session, tokenizer, entry);
  return {
    info: {
      id: entry.id,
      revision: revisionOf(
        entry,
        files,
        choices.find(({ device }) => device === session.device),
      ),
      dimension,
      maxTokens: entry.maxTokens,
      device: session.device,
      dtype: session.dtype,
      fusion: entry.fusion,
    },
    reason: session.reason,
    step,
    embed: (texts, side) =>
      orZeros(texts, dimension, {
        embed: (some) => embedRows(session, tokenizer, entry, some, side, step),
        prove: async () => void (await golden(session)),
      }),
    dispose: () => session.dispose(),
  };
}

/** As `embed`, with zeros for a text of which the model makes no vector: it is found by its words. Throws when that is the device's fault. */
async function orZeros(
  texts: readonly string[],
  dimension: number,
  { embed, prove }: { readonly embed: (texts: readonly string[]) => Promise<Float32Array>; readonly prove: () => Promise<void> },
): Promise<Float32Array> {
  try {
    return await embed(texts);
  } catch (error) {
    if (!(error instanceof BadVectorError)) throw error;
    if (texts.length <= 1) {
      await prove();
      return new Float32Array(dimension);
    }
    const rows = new Float32Array(texts.length * dimension);
    for (const [at, text] of texts.entries()) rows.set(await orZeros([text], dimension, { embed, prove }), at * dimension);
    return rows;
  }
}

/** Row after row of unit vectors; `batch` texts are computed at a time. */
async function embedRows(
  session: ModelSession,
  tokenizer: Tokenizer,
  entry: EmbedderEntry,
  texts: readonly string[],
  side: EmbedSide,
  batch: number,
): Promise<Float32Array> {
  const prefix = side === 'query' ? entry.queryPrefix : entry.documentPrefix;
  const output = session.outputs.find((name) => OUTPUTS.includes(name)) ?? session.outputs[0] ?? '';
  let rows: Float32Array | undefined;
  for (let at = 0; at < texts.length; at += batch) {
    const encoded = texts.slice(at, at + batch).map((text) => tokenizer.encode(prefix + text, entry.maxTokens ?? MAX_TOKENS));
    const outputs = await session.run(toFeeds(encoded, session.inputs, tokenizer.padId), [output]);
    const lengths = encoded.map(({ ids }) => ids.length);
    const { vectors, dimension } = toUnitVectors(outputs[output], lengths, entry.pooling);
    rows ??= new Float32Array(texts.length * dimension);
    rows.set(vectors, at * dimension);
  }
  return rows ?? new Float32Array(0);
}

/** Names that exports give to the vectors of all tokens, best first. */
const OUTPUTS = ['last_hidden_state', 'token_embeddings'];

/** The same weights on the CPU, which every other device has to agree with; undefined for the CPU itself. */
async function referenceOf(
  session: ModelSession,
  choices: readonly DeviceChoice[],
  folder: string,
  golden: (session: ModelSession) => Promise<Float32Array>,
): Promise<Float32Array | undefined> {
  const choice = choices.find(({ device }) => device === session.device);
  if (choice === undefined || session.device === 'cpu') return undefined;
  const cpu = await openSession({
    folder,
    choices: [{ ...choice, device: 'cpu' }],
    threads: THREADS,
    prove: () => Promise.resolve(),
  });
  try {
    return await golden(cpu);
  } finally {
    await cpu.dispose();
  }
}

/** The batch that costs the least time a text on this device. */
async function measureBatch(session: ModelSession, tokenizer: Tokenizer, entry: EmbedderEntry): Promise<number> {
  const timeOf = async (batch: number): Promise<number> => {
    const texts = Array.from({ length: batch }, (_, i) => GOLDEN_TEXTS[i % GOLDEN_TEXTS.length] ?? '');
    // The first run of a shape compiles kernels.
    await embedRows(session, tokenizer, entry, texts, 'document', batch);
    const startedAt = performance.now();
    await embedRows(session, tokenizer, entry, texts, 'document', batch);
    return (performance.now() - startedAt) / batch;
  };
  let best = 1;
  let fastest = await timeOf(1);
  for (const batch of GPU_BATCHES) {
    const time = await timeOf(batch);
    if (time > fastest * WORTH) break;
    best = batch;
    fastest = time;
  }
  return best;
}

/** Everything that decides about a vector besides the dtype: the weights, the tokenizer, and how both are used. */
function revisionOf(entry: EmbedderEntry, files: readonly InstalledFile[], choice: DeviceChoice | undefined): string {
  const digestOf = (path: string): string => files.find((file) => file.path === path)?.sha256 ?? '';
  const { pooling, maxTokens, queryPrefix, documentPrefix } = entry;
  const parts = [digestOf(choice?.graph ?? ''), digestOf('tokenizer.json'), pooling, maxTokens, queryPrefix, documentPrefix];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelDtype, RerankerEntry } from '../../src/core/modelCatalogue.ts';
import { type OpenEmbedder, openEmbedder } from '../../src/inference/embedder.ts';
import { openPairReader } from '../../src/inference/rerank/open.ts';
import type { PairReader } from '../../src/inference/rerank/pairReader.ts';
import { findModel } from '../../src/models/catalogue.ts';
import { embedderEntry, installedFiles, MODELS } from './inference.model.ts';

/** Exports of the same models differ in what they take and give: tiny graphs of other shapes, from fixtures/models/odd.py. */

/** The first token of so small a graph says nothing: the mean does. */
const MEAN = 'sentence-transformers/all-MiniLM-L6-v2';
const LONG = 'return the file '.repeat(300);

async function folderWith(graph: string, texts: 'cross' | 'qwen3', config: object = {}): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'quarry-odd-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) await cp(path.join(MODELS, texts, name), path.join(folder, name));
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await mkdir(path.join(folder, 'onnx'));
  await cp(path.join(MODELS, 'odd', `${graph}.onnx`), path.join(folder, 'onnx/model.onnx'));
  return folder;
}

async function embedder(graph: string, config?: object): Promise<OpenEmbedder> {
  const folder = await folderWith(graph, 'cross', config);
  const opened = await openEmbedder({ entry: embedderEntry(MEAN), folder, files: installedFiles(folder), wish: 'cpu' });
  onTestFinished(() => opened.dispose());
  return opened;
}

async function reranker(id: string, graph: string, texts: 'cross' | 'qwen3', config?: object): Promise<PairReader> {
  const choices = [{ device: 'cpu', dtype: 'fp32' as ModelDtype, graph: 'onnx/model.onnx' }] as const;
  const folder = await folderWith(graph, texts, config);
  const opened = await openPairReader({ entry: findModel(id) as RerankerEntry, folder, choices, threads: 1 });
  onTestFinished(() => opened.dispose());
  return opened;
}

/** Scores of three pairs of different length, each alone and all at once: both must be the same. */
async function scores(reader: PairReader): Promise<readonly number[]> {
  const rows = ['function readFile(path) {}', 'sum', LONG].map((document) =>
    reader.encode({ question: 'read a file', document, instruction: 'code' }),
  );
  const alone: number[] = [];
  for (const row of rows) alone.push(...(await reader.score([row])));
  for (const score of alone) {
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  }
  expect(new Set(alone).size).toBe(3);
  return alone;
}

const CROSS = 'cross-encoder/ms-marco-MiniLM-L-6-v2';
const YES_NO = 'Qwen/Qwen3-Reranker-0.6B';

describe('embedders', () => {
  test('that take numbers of 32 bits and no types of tokens', async () => {
    const { info, embed } = await embedder('numbers-of-32-bits');
    expect(info).toMatchObject({ dimension: 8, dtype: 'fp32' });
    expect(Math.hypot(...(await embed(['a text'], 'query')))).toBeCloseTo(1, 5);
  });

  test('with fewer positions than the catalogue says cut a text there', async () => {
    const { info, embed } = await embedder('positions', { model_type: 'bert', max_position_embeddings: 64 });
    expect(info.maxTokens).toBe(64);
    expect(await embed([LONG], 'document')).toEqual(await embed([LONG.slice(0, 1000)], 'document'));
  });
});

describe('cross-encoders', () => {
  test('with two classes: the second one counts, or the one that its name says to', async () => {
    const plain = await scores(await reranker(CROSS, 'two-classes', 'cross'));
    const same = await scores(await reranker(CROSS, 'two-classes', 'cross', { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }));
    const turned = await scores(await reranker(CROSS, 'two-classes', 'cross', { id2label: { 0: 'relevant', 1: 'other' } }));
    expect(same).toEqual(plain);
    turned.forEach((score, at) => {
      expect(score).toBeCloseTo(1 - (plain[at] ?? 0), 5);
    });
  });

  test('that give scores and not logits are taken at their word', async () => {
    const given = await scores(await reranker(CROSS, 'scores', 'cross'));
    // The sigmoid of a score lies between a half and three quarters.
    expect(given.some((score) => score < 0.5 || score > 0.74)).toBe(true);
  });

  test('cut a pair where their positions end', async () => {
    const { encode } = await reranker(CROSS, 'two-classes', 'cross', { model_type: 'xlm-roberta', max_position_embeddings: 66 });
    expect(encode({ question: 'read a file', document: LONG, instruction: '' }).ids).toHaveLength(64);
  });
});

test('a language model that gives a no and a yes for the last position only reads pairs of different length', async () => {
  const reader = await reranker(YES_NO, 'no-and-yes', 'qwen3');
  const alone = await scores(reader);
  const rows = ['function readFile(path) {}', 'sum', LONG].map((document) =>
    reader.encode({ question: 'read a file', document, instruction: 'code' }),
  );
  expect(await reader.score(rows)).toEqual(alone);
});
